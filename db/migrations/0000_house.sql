CREATE TABLE `accounts` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`platform` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`voice` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`quiet_ms` int NOT NULL DEFAULT 4000,
	`undo_ms` int NOT NULL DEFAULT 10000,
	`daily_budget_micros` bigint NOT NULL DEFAULT 5000000,
	`sealed_token` varchar(4096) character set ascii collate ascii_bin NOT NULL,
	`credential_status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`token_obtained_at` datetime(3) NOT NULL,
	`token_expires_at` datetime(3) NOT NULL,
	`token_checked_at` datetime(3),
	`token_error` varchar(32) character set ascii collate ascii_bin,
	`stopped_at` datetime(3),
	`stopped_reason` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `accounts_id` PRIMARY KEY(`id`),
	CONSTRAINT `accounts_ref` UNIQUE(`platform`,`account_ref`)
);
--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`open_key` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`kind` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`severity` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin,
	`text` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`count` int NOT NULL DEFAULT 1,
	`last_at` datetime(3) NOT NULL,
	`resolved_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `alerts_id` PRIMARY KEY(`id`),
	CONSTRAINT `alerts_open` UNIQUE(`open_key`)
);
--> statement-breakpoint
CREATE TABLE `audit_entries` (
	`seq` bigint NOT NULL,
	`action` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`actor_kind` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`actor_id` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`subject_kind` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`subject_id` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`detail` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`at` datetime(3) NOT NULL,
	`previous_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_entries_seq` PRIMARY KEY(`seq`)
);
--> statement-breakpoint
CREATE TABLE `audit_heads` (
	`name` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`seq` bigint NOT NULL,
	`hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_heads_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `contacts` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`contact_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`username` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`profile_checked_at` datetime(3),
	`opted_out_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `contacts_id` PRIMARY KEY(`id`),
	CONSTRAINT `contacts_ref` UNIQUE(`account_id`,`contact_ref`)
);
--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`contact_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`thread_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`head_message_id` varchar(32) character set ascii collate ascii_bin,
	`head_at` datetime(3),
	`last_inbound_at` datetime(3),
	`window_expires_at` datetime(3),
	`seen_at` datetime(3),
	`standby` boolean NOT NULL DEFAULT false,
	`attention` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`attention_reason` varchar(32) character set ascii collate ascii_bin,
	`attention_note` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`deadline_at` datetime(3) NOT NULL,
	`draft_due_at` datetime(3),
	`draft_lease_until` datetime(3),
	`draft_lease_head_id` varchar(32) character set ascii collate ascii_bin,
	`draft_instruction` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `conversations_id` PRIMARY KEY(`id`),
	CONSTRAINT `conversations_thread` UNIQUE(`account_id`,`contact_id`,`kind`,`thread_ref`)
);
--> statement-breakpoint
CREATE TABLE `delivery_attempts` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`post_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`endpoint_class` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`fence` int NOT NULL,
	`outcome` varchar(32) character set ascii collate ascii_bin,
	`code` varchar(32) character set ascii collate ascii_bin,
	`note` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`finished_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `delivery_attempts_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `drafting_budgets` (
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`day` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`reserved_micros` bigint NOT NULL DEFAULT 0,
	`spent_micros` bigint NOT NULL DEFAULT 0,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `drafting_budgets_account_id_day_pk` PRIMARY KEY(`account_id`,`day`)
);
--> statement-breakpoint
CREATE TABLE `drafts` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`waiting_for` varchar(32) character set ascii collate ascii_bin,
	`head_message_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`author` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin,
	`text` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`text_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`language` varchar(32) character set ascii collate ascii_bin,
	`confidence` float,
	`rationale` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`citations` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`flags` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`model` varchar(32) character set ascii collate ascii_bin,
	`prompt_version` int,
	`input_tokens` int NOT NULL DEFAULT 0,
	`output_tokens` int NOT NULL DEFAULT 0,
	`cost_micros` bigint NOT NULL DEFAULT 0,
	`status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `drafts_id` PRIMARY KEY(`id`),
	CONSTRAINT `drafts_waiting` UNIQUE(`waiting_for`)
);
--> statement-breakpoint
CREATE TABLE `inbound_events` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`source` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`dedupe_key` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`delivery_id` bigint NOT NULL,
	`item_index` int NOT NULL,
	`kind` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin,
	`conversation_id` varchar(32) character set ascii collate ascii_bin,
	`message_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`reason` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`raw` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`occurred_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `inbound_events_id` PRIMARY KEY(`id`),
	CONSTRAINT `inbound_events_dedupe` UNIQUE(`source`,`dedupe_key`)
);
--> statement-breakpoint
CREATE TABLE `knowledge_entries` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`title` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`body` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `knowledge_entries_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`message_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`direction` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`origin` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`form` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`text` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`attachments` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`reply_to_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`reaction` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`sent_at` datetime(3) NOT NULL,
	`edit_count` int NOT NULL DEFAULT 0,
	`edited_at` datetime(3),
	`deleted_at` datetime(3),
	`post_id` varchar(32) character set ascii collate ascii_bin,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `messages_id` PRIMARY KEY(`id`),
	CONSTRAINT `messages_ref` UNIQUE(`account_id`,`message_ref`)
);
--> statement-breakpoint
CREATE TABLE `operators` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`email` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`password_hash` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`role` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`disabled_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `operators_id` PRIMARY KEY(`id`),
	CONSTRAINT `operators_email` UNIQUE(`email`)
);
--> statement-breakpoint
CREATE TABLE `setup_links` (
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `setup_links_token_hash` PRIMARY KEY(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `sign_in_throttles` (
	`key_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`failures` int NOT NULL,
	`blocked_until` datetime(3) NOT NULL,
	`last_at` datetime(3) NOT NULL,
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `sign_in_throttles_key_hash` PRIMARY KEY(`key_hash`)
);
--> statement-breakpoint
CREATE TABLE `outbox_posts` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`decision_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`platform` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`recipient_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`text` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`text_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`not_before` datetime(3) NOT NULL,
	`wait_until` datetime(3),
	`fence` int NOT NULL DEFAULT 0,
	`lease_until` datetime(3),
	`attempts` int NOT NULL DEFAULT 0,
	`message_ref` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`outcome_code` varchar(32) character set ascii collate ascii_bin,
	`outcome_note` varchar(255) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`sent_at` datetime(3),
	`version` int NOT NULL DEFAULT 1,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `outbox_posts_id` PRIMARY KEY(`id`),
	CONSTRAINT `outbox_posts_decision` UNIQUE(`decision_id`)
);
--> statement-breakpoint
CREATE TABLE `review_decisions` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`draft_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`account_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`conversation_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`verdict` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`text` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`text_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`head_message_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`edited` boolean NOT NULL,
	`reason` mediumtext character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`policy_verdict` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`approval` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`signature` varchar(255) character set utf8mb4 collate utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `review_decisions_id` PRIMARY KEY(`id`),
	CONSTRAINT `review_decisions_draft` UNIQUE(`draft_id`)
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`operator_id` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`last_seen_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`ended_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`),
	CONSTRAINT `sessions_token` UNIQUE(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`name` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`holder` varchar(255) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`fence` bigint NOT NULL,
	`until` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `leases_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `switches` (
	`name` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`stopped_at` datetime(3),
	`stopped_by` varchar(32) character set ascii collate ascii_bin,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `switches_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`source` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`digest` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`secret_label` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`body` mediumblob NOT NULL,
	`status` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`attempts` int NOT NULL DEFAULT 0,
	`received_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `webhook_deliveries_id` PRIMARY KEY(`id`),
	CONSTRAINT `webhook_deliveries_digest` UNIQUE(`source`,`digest`)
);
--> statement-breakpoint
CREATE INDEX `alerts_recent` ON `alerts` (`last_at`);--> statement-breakpoint
CREATE INDEX `audit_entries_subject` ON `audit_entries` (`subject_kind`,`subject_id`);--> statement-breakpoint
CREATE INDEX `contacts_name` ON `contacts` (`name`);--> statement-breakpoint
CREATE INDEX `contacts_username` ON `contacts` (`username`);--> statement-breakpoint
CREATE INDEX `conversations_queue` ON `conversations` (`attention`,`deadline_at`,`id`);--> statement-breakpoint
CREATE INDEX `conversations_due` ON `conversations` (`attention`,`draft_due_at`);--> statement-breakpoint
CREATE INDEX `conversations_recent` ON `conversations` (`head_at`,`id`);--> statement-breakpoint
CREATE INDEX `delivery_attempts_post` ON `delivery_attempts` (`post_id`,`fence`);--> statement-breakpoint
CREATE INDEX `delivery_attempts_account` ON `delivery_attempts` (`account_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `drafts_conversation` ON `drafts` (`conversation_id`,`id`);--> statement-breakpoint
CREATE INDEX `inbound_events_message` ON `inbound_events` (`account_ref`,`message_ref`);--> statement-breakpoint
CREATE INDEX `inbound_events_kind` ON `inbound_events` (`kind`,`id`);--> statement-breakpoint
CREATE INDEX `knowledge_entries_account` ON `knowledge_entries` (`account_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_thread` ON `messages` (`conversation_id`,`sent_at`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_posts_conversation` ON `outbox_posts` (`conversation_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_posts_status` ON `outbox_posts` (`status`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_posts_message` ON `outbox_posts` (`account_id`,`message_ref`);--> statement-breakpoint
CREATE INDEX `review_decisions_conversation` ON `review_decisions` (`conversation_id`,`id`);--> statement-breakpoint
CREATE INDEX `review_decisions_account` ON `review_decisions` (`account_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `sessions_operator` ON `sessions` (`operator_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_status` ON `webhook_deliveries` (`status`,`id`);