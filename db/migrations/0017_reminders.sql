CREATE TABLE `reminded_steps` (
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`head_message_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`step` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `reminded_steps_conversation_id_head_message_id_step_pk` PRIMARY KEY(`conversation_id`,`head_message_id`,`step`)
);
--> statement-breakpoint
CREATE TABLE `reminders` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`step` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`waiting` int NOT NULL,
	`closes_at` datetime(3) NOT NULL,
	`channel` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`attempts` int NOT NULL DEFAULT 0,
	`next_at` datetime(3),
	`told_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `reminders_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `reminded_steps_account` ON `reminded_steps` (`account_id`,`step`,`created_at`);--> statement-breakpoint
CREATE INDEX `reminded_steps_age` ON `reminded_steps` (`created_at`);--> statement-breakpoint
CREATE INDEX `reminders_due` ON `reminders` (`next_at`);--> statement-breakpoint
CREATE INDEX `reminders_age` ON `reminders` (`created_at`);