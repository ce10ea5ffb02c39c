CREATE TABLE `incidents` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`open_key` varchar(32) character set ascii collate ascii_bin,
	`opened_by` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`reason` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`closed_at` datetime(3),
	`closed_by` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`note` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `incidents_id` PRIMARY KEY(`id`),
	CONSTRAINT `incidents_open` UNIQUE(`open_key`)
);
