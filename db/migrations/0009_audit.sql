CREATE TABLE `audit_checkpoints` (
	`number` bigint NOT NULL,
	`seq` bigint NOT NULL,
	`hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`at` datetime(3) NOT NULL,
	`signature` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_checkpoints_number` PRIMARY KEY(`number`)
);
--> statement-breakpoint
CREATE TABLE `audit_followers` (
	`name` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`seq` bigint NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_followers_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
ALTER TABLE `accounts` ADD `mask_for_model` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `audit_entries` ADD `account_id` varchar(32) character set ascii collate ascii_bin;--> statement-breakpoint
CREATE INDEX `audit_checkpoints_seq` ON `audit_checkpoints` (`seq`);--> statement-breakpoint
CREATE INDEX `audit_entries_action` ON `audit_entries` (`action`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_entries_actor` ON `audit_entries` (`actor_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_entries_account` ON `audit_entries` (`account_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);