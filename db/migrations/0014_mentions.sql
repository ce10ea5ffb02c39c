ALTER TABLE `deletion_requests` ADD `also_refs` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
CREATE INDEX `contacts_direct` ON `contacts` (`account_id`,`direct_ref`);