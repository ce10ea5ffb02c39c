CREATE TABLE `api_key_uses` (
	`key_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`route` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`uses` bigint NOT NULL,
	`last_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `api_key_uses_key_id_route_pk` PRIMARY KEY(`key_id`,`route`)
);
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`environment` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`hint` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`key_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`scopes` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`account_ids` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`created_by` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`expires_at` datetime(3),
	`revoked_at` datetime(3),
	`replaced_by` varchar(32) character set ascii collate ascii_bin,
	`last_used_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `api_keys_id` PRIMARY KEY(`id`),
	CONSTRAINT `api_keys_hash` UNIQUE(`key_hash`)
);
--> statement-breakpoint
CREATE TABLE `operator_accounts` (
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `operator_accounts_operator_id_account_id_pk` PRIMARY KEY(`operator_id`,`account_id`)
);
--> statement-breakpoint
ALTER TABLE `alerts` ADD `acknowledged_at` datetime(3);--> statement-breakpoint
ALTER TABLE `alerts` ADD `acknowledged_by` varchar(255) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `operators` ADD `subject_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `operators` ADD CONSTRAINT `operators_subject` UNIQUE(`subject_ref`);--> statement-breakpoint
CREATE INDEX `api_keys_recent` ON `api_keys` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `operator_accounts_account` ON `operator_accounts` (`account_id`);