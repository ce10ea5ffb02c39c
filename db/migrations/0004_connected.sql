ALTER TABLE `accounts` ADD `human_agent` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `disclosure` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci;--> statement-breakpoint
ALTER TABLE `accounts` ADD `disclosure_gap_ms` int DEFAULT 86400000 NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `scopes` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `accounts` ADD `data_access_expires_at` datetime(3);--> statement-breakpoint
ALTER TABLE `accounts` ADD `subscribed_fields` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `accounts` ADD `subscriptions_checked_at` datetime(3);