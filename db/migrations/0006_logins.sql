CREATE TABLE `account_logins` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`platform` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin,
	`operator_id` varchar(32) character set ascii collate ascii_bin,
	`browser_hash` varchar(64) character set ascii collate ascii_bin,
	`link_hash` varchar(64) character set ascii collate ascii_bin,
	`state_hash` varchar(64) character set ascii collate ascii_bin,
	`choices` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`result` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`expires_at` datetime(3) NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `account_logins_id` PRIMARY KEY(`id`),
	CONSTRAINT `account_logins_link` UNIQUE(`link_hash`),
	CONSTRAINT `account_logins_state` UNIQUE(`state_hash`)
);
--> statement-breakpoint
ALTER TABLE `accounts` ADD `heard_at` datetime(3);--> statement-breakpoint
CREATE INDEX `account_logins_end` ON `account_logins` (`expires_at`);