/** A command that makes a first request; where a key is needed, the name of a variable stands for it. */
export function firstCall(call: { gatewayUrl: string; chain: string; needsKey: boolean }): string {
  const key = call.needsKey ? ' -H "authorization: Bearer $RECLOSER_CLIENT_KEY"' : '';
  const body = JSON.stringify({ model: call.chain, messages: [{ role: 'user', content: 'Hello' }] });
  const quoted = `'${body.replaceAll("'", "'\\''")}'`;
  return `curl -i ${call.gatewayUrl}/v1/chat/completions${key} -H 'content-type: application/json' -d ${quoted}`;
}
