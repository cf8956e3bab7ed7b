DROP INDEX `requests_felt`;--> statement-breakpoint
CREATE INDEX `requests_felt` ON `requests` ("started_at" desc,"id" desc) WHERE outcome not in ('succeeded', 'cancelled');