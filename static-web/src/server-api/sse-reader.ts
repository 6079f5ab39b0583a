export interface ServerEvent {
  data: string;
  /** The id that this event brought itself; null when it brought none. */
  id: string | null;
}

/** The data of each event; see readServerEvents. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  for await (const event of readServerEvents(stream)) yield event.data;
}

/**
 * Each server-sent event of a byte stream (WHATWG HTML, 9.2.6), whatever the chunk boundaries. Lines end
 * in LF, CRLF or CR; comments and other fields are skipped; the data lines of one event are joined by LF. An event
 * that the stream's end leaves without its blank line is still delivered: providers forget it.
 * @param onbytes Called whenever anything arrives, comments too: the connection lives.
 */
export async function* readServerEvents(
  stream: ReadableStream<Uint8Array>,
  onbytes?: () => void,
): AsyncGenerator<ServerEvent, void, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  let id: string | null = null;

  function* eventsIn(text: string): Generator<ServerEvent> {
    rest += text;
    let start = 0;
    for (let index = start; index < rest.length; index++) {
      const char = rest[index];
      if (char !== '\n' && char !== '\r') continue;
      // A CR at the very end may be half of a CRLF: wait for the next chunk.
      if (char === '\r' && index === rest.length - 1) break;
      const line = rest.slice(start, index);
      if (char === '\r' && rest[index + 1] === '\n') index++;
      start = index + 1;
      if (line !== '') collect(line);
      else {
        if (data.length > 0) yield { data: data.join('\n'), id };
        data = [];
        id = null;
      }
    }
    rest = rest.slice(start);
  }

  function collect(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  }

  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      onbytes?.();
      yield* eventsIn(decoder.decode(value, { stream: true }));
    }
    yield* eventsIn(`${decoder.decode()}\n\n`);
  } finally {
    // Reached by break and by error too: tells the server that nobody listens any more.
    reader.cancel().catch(() => {});
  }
}
