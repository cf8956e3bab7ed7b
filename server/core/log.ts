/** Where a floor writes what people who run the program should read. A pino logger is one. */
export interface Log {
  info(context: object, sentence: string): void;
  warn(context: object, sentence: string): void;
  error(context: object, sentence: string): void;
}
