ALTER TABLE `attempts` ADD `way` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `raced` text;--> statement-breakpoint
ALTER TABLE `attempts` ADD `drill` text;--> statement-breakpoint
ALTER TABLE `requests` ADD `rescued` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `requests_rescued` ON `requests` ("started_at" desc,"id" desc) WHERE rescued = 1;