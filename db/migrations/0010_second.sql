ALTER TABLE `review_decisions` DROP INDEX `review_decisions_draft`;--> statement-breakpoint
ALTER TABLE `accounts` ADD `second_for` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `accounts` ADD `second_proposed` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `review_decisions` ADD `first_id` varchar(32) character set ascii collate ascii_bin;--> statement-breakpoint
ALTER TABLE `review_decisions` ADD CONSTRAINT `review_decisions_draft` UNIQUE(`draft_id`,`verdict`);