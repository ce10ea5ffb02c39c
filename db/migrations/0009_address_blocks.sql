CREATE TABLE `address_blocks` (
	`network` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`reason` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`until` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `address_blocks_network` PRIMARY KEY(`network`)
);
--> statement-breakpoint
CREATE INDEX `address_blocks_until` ON `address_blocks` (`until`);