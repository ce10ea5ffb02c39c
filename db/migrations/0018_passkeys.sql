CREATE TABLE `passkey_challenges` (
	`asked_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`challenge_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `passkey_challenges_asked_hash` PRIMARY KEY(`asked_hash`)
);
--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`credential_ref` varchar(1364) character set ascii collate ascii_bin NOT NULL,
	`credential_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`sealed_key` varchar(4096) character set ascii collate ascii_bin NOT NULL,
	`sign_count` bigint NOT NULL,
	`transports` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`last_used_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `passkeys_id` PRIMARY KEY(`id`),
	CONSTRAINT `passkeys_credential` UNIQUE(`credential_hash`)
);
--> statement-breakpoint
CREATE INDEX `passkey_challenges_expiry` ON `passkey_challenges` (`expires_at`);--> statement-breakpoint
CREATE INDEX `passkey_challenges_operator` ON `passkey_challenges` (`operator_id`);--> statement-breakpoint
CREATE INDEX `passkeys_operator` ON `passkeys` (`operator_id`,`id`);