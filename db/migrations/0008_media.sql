CREATE TABLE `media` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`message_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`position` int NOT NULL,
	`status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`reason` varchar(32) character set ascii collate ascii_bin,
	`attempts` int NOT NULL DEFAULT 0,
	`due_at` datetime(3) NOT NULL,
	`lease_until` datetime(3),
	`content_type` varchar(32) character set ascii collate ascii_bin,
	`bytes` int,
	`width` int,
	`height` int,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `media_id` PRIMARY KEY(`id`),
	CONSTRAINT `media_attachment` UNIQUE(`message_id`,`position`)
);
--> statement-breakpoint
CREATE INDEX `media_due` ON `media` (`status`,`due_at`);--> statement-breakpoint
CREATE INDEX `media_kept` ON `media` (`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `media_conversation` ON `media` (`conversation_id`);