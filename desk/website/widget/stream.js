// Server-sent events, read by hand: EventSource cannot send the token in a header.

const SILENCE_MS = 45_000; // the desk is heard every 15 seconds, if only with a comment

/** Calls `hear(event, data)` for each event and `hear(null)` for a sign of life, until the end. */
export async function readEvents(response, hear) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const silence = setTimeout(() => reader.cancel(), SILENCE_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const blocks = (buffer + value).split("\n\n");
    buffer = blocks.pop();
    hear(null);
    for (const block of blocks) hearBlock(block, hear);
  }
}

function hearBlock(block, hear) {
  let event = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    if (line.startsWith("data: ")) data.push(line.slice(6));
  }
  if (data.length) hear(event, JSON.parse(data.join("\n")));
}
