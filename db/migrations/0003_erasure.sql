CREATE TABLE `deletion_requests` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`code` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`origin` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`digest` varchar(64) character set ascii collate ascii_bin,
	`person_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`account_id` varchar(32) character set ascii collate ascii_bin,
	`status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`contacts` int NOT NULL DEFAULT 0,
	`accounts` int NOT NULL DEFAULT 0,
	`traces` int NOT NULL DEFAULT 0,
	`scan_to` bigint NOT NULL DEFAULT 0,
	`scanned_to` bigint NOT NULL DEFAULT 0,
	`done_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `deletion_requests_id` PRIMARY KEY(`id`),
	CONSTRAINT `deletion_requests_code` UNIQUE(`code`),
	CONSTRAINT `deletion_requests_digest` UNIQUE(`digest`)
);
--> statement-breakpoint
ALTER TABLE `accounts` ADD `owner_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `accounts` ADD `deauthorized_at` datetime(3);--> statement-breakpoint
ALTER TABLE `contacts` ADD `erased_at` datetime(3);--> statement-breakpoint
ALTER TABLE `contacts` ADD `deletion_id` varchar(32) character set ascii collate ascii_bin;--> statement-breakpoint
CREATE INDEX `deletion_requests_open` ON `deletion_requests` (`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `accounts_owner` ON `accounts` (`owner_ref`);--> statement-breakpoint
CREATE INDEX `contacts_deletion` ON `contacts` (`deletion_id`);