/** What was answered or written, by where; and the search of all of it for what should be nowhere. */
export class Outputs {
  readonly all: [string, string][] = [];

  add(where: string, text: string): void {
    this.all.push([where, text]);
  }

  async answer(where: string, response: Response): Promise<string> {
    const text = await response.text();
    this.add(where, `${JSON.stringify([...response.headers])}\n${text}`);
    return text;
  }

  /** `where: which secret`, for each that is found, in whatever form. */
  found(secrets: Record<string, string>): string[] {
    const forms = Object.entries(secrets).map(([name, secret]) => ({ name, forms: formsOf(secret) }));
    return this.all.flatMap(([where, text]) =>
      forms.filter((each) => each.forms.some((form) => text.includes(form))).map(({ name }) => `${where}: ${name}`),
    );
  }
}

/** A secret as it is, and as it would stand in JSON, in an address, in a form, in `Basic` and other Base64, and in hex. */
export function formsOf(secret: string): string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const inAddress = encodeURIComponent(secret);
  const inHex = bytes.toString('hex');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...[inAddress, inAddress.replaceAll('%20', '+')],
    ...[inHex, inHex.toUpperCase()],
    ...[0, 1, 2].flatMap((before) => within64(bytes, before)),
  ];
}

/** What of it is the same in Base64, whatever stands around it; `before`: bytes before it, of which three make four characters. */
function within64(bytes: Buffer, before: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(before), bytes]);
  const own = [Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6)] as const;
  return (['base64', 'base64url'] as const).map((form) => padded.toString(form).slice(...own));
}
