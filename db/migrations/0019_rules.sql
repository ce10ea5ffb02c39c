CREATE TABLE `rules` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`place` int NOT NULL,
	`title` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`phrases` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`is_on` boolean NOT NULL,
	`assignee_id` varchar(32) character set ascii collate ascii_bin,
	`label` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`is_urgent` boolean NOT NULL,
	`risk` varchar(32) character set ascii collate ascii_bin,
	`answer` varchar(32) character set ascii collate ascii_bin,
	`template_id` varchar(32) character set ascii collate ascii_bin,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `rules_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
ALTER TABLE `desk_entries` ADD `label` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci;--> statement-breakpoint
ALTER TABLE `desk_entries` ADD `is_urgent` boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `desk_entries` ADD `risk` varchar(32) character set ascii collate ascii_bin;--> statement-breakpoint
CREATE INDEX `rules_account` ON `rules` (`account_id`,`place`);--> statement-breakpoint
CREATE INDEX `contacts_account` ON `contacts` (`account_id`,`id`);