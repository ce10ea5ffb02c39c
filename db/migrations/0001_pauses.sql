CREATE TABLE `pauses` (
	`pause_key` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`platform` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin,
	`scope` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`only` varchar(32) character set ascii collate ascii_bin,
	`until` datetime(3) NOT NULL,
	`code` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `pauses_pause_key` PRIMARY KEY(`pause_key`)
);
--> statement-breakpoint
CREATE INDEX `pauses_present` ON `pauses` (`until`);