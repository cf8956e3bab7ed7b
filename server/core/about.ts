import type { Role } from './roles.ts';

/** What a page is told of the program it looks at. Nothing in it is secret. */
export interface About {
  version: string;
  /** The badge on the dashboard. */
  environment: string;
  node: string;
  /** Ms since 1970, by the clock of the program. */
  now: number;
  startedAt: number;
  /** The zone the program writes its log in. */
  timeZone: string;
  /** Who is signed in. */
  who: string;
  role: Role;
  /** Where chat applications call. */
  gatewayUrl: string;
  /** Names of the chains. */
  chains: string[];
  /** The providers are simulated. */
  demo: boolean;
  /** No request has ever come. */
  empty: boolean;
  /** One command that makes a first request. */
  curl: string;
}
