ALTER TABLE `accounts` ADD `long_ads` boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `conversations_media` ON `conversations` (`account_id`,`thread_ref`);--> statement-breakpoint
CREATE INDEX `outbox_posts_words` ON `outbox_posts` (`account_id`,`text_hash`,`created_at`);