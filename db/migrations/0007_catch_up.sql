ALTER TABLE `accounts` ADD `looked_at` datetime(3);--> statement-breakpoint
ALTER TABLE `accounts` ADD `missed_found` int DEFAULT 0 NOT NULL;