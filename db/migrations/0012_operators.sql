CREATE TABLE `invitations` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`email` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`role` varchar(32) character set ascii collate ascii_bin,
	`operator_id` varchar(32) character set ascii collate ascii_bin,
	`invited_by` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	`revoked_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `invitations_id` PRIMARY KEY(`id`),
	CONSTRAINT `invitations_token` UNIQUE(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`code_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `recovery_codes_code_hash` PRIMARY KEY(`code_hash`)
);
--> statement-breakpoint
CREATE TABLE `refresh_tokens` (
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`session_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `refresh_tokens_token_hash` PRIMARY KEY(`token_hash`)
);
--> statement-breakpoint
ALTER TABLE `sessions` DROP INDEX `sessions_token`;--> statement-breakpoint
ALTER TABLE `operators` ADD `totp_seed` varchar(4096) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `operators` ADD `totp_since` datetime(3);--> statement-breakpoint
ALTER TABLE `operators` ADD `totp_last_step` int;--> statement-breakpoint
ALTER TABLE `sessions` ADD `agent` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `factor_at` datetime(3);--> statement-breakpoint
ALTER TABLE `sessions` ADD `confirmed_at` datetime(3);--> statement-breakpoint
CREATE INDEX `invitations_open` ON `invitations` (`used_at`,`expires_at`);--> statement-breakpoint
CREATE INDEX `recovery_codes_operator` ON `recovery_codes` (`operator_id`);--> statement-breakpoint
CREATE INDEX `refresh_tokens_session` ON `refresh_tokens` (`session_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
ALTER TABLE `sessions` DROP COLUMN `token_hash`;