CREATE TABLE `address_blocks` (
	`network` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`reason` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`until` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `address_blocks_network` PRIMARY KEY(`network`)
);
--> statement-breakpoint
ALTER TABLE `review_decisions` DROP INDEX `review_decisions_draft`;--> statement-breakpoint
ALTER TABLE `accounts` ADD `second_for` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `accounts` ADD `second_proposed` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `review_decisions` ADD `first_id` varchar(32) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `review_decisions` ADD CONSTRAINT `review_decisions_draft` UNIQUE(`draft_id`,`verdict`);--> statement-breakpoint
CREATE INDEX `address_blocks_until` ON `address_blocks` (`until`);