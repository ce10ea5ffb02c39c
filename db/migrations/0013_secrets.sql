CREATE TABLE `secret_ages` (
	`name` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`fingerprint` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`first_seen_at` datetime(3) NOT NULL,
	`told` int,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `secret_ages_name` PRIMARY KEY(`name`)
);
