ALTER TABLE `contacts` ADD `direct_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `messages` ADD `hidden_at` datetime(3);--> statement-breakpoint
ALTER TABLE `outbox_posts` ADD `kind` varchar(32) character set ascii collate ascii_bin DEFAULT 'message' NOT NULL;