CREATE TABLE `desk_entries` (
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`assignee_id` varchar(32) character set ascii collate ascii_bin,
	`snoozed_until` datetime(3),
	`snoozed_head_id` varchar(32) character set ascii collate ascii_bin,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `desk_entries_conversation_id` PRIMARY KEY(`conversation_id`)
);
--> statement-breakpoint
CREATE TABLE `notes` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`text` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `notes_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `saved_views` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`query` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `saved_views_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `templates` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin,
	`title` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`body` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `templates_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `notes_conversation` ON `notes` (`conversation_id`,`id`);--> statement-breakpoint
CREATE INDEX `saved_views_operator` ON `saved_views` (`operator_id`,`id`);--> statement-breakpoint
CREATE INDEX `templates_account` ON `templates` (`account_id`,`title`);--> statement-breakpoint
CREATE INDEX `review_decisions_operator` ON `review_decisions` (`operator_id`,`created_at`);