// What a tool with a "base URL" setting does with stock openai-node, against the real worker. Prints one JSON object.

import OpenAI from "openai";

const { WORKER_URL, ACCESS_TOKEN } = process.env;
const client = new OpenAI({ baseURL: `${WORKER_URL}/v1`, apiKey: ACCESS_TOKEN, maxRetries: 0 });
const model = "default";
const user = (content) => ({ role: "user", content });
const scripted = (text, script) => user(`${text} [[script ${JSON.stringify(script)}]]`);
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } };

/** The class, status and code of the error that this ends in. */
async function refused(promise) {
  try {
    await promise;
    return "accepted";
  } catch (error) {
    return [error.constructor.name, error.status ?? null, error.code ?? null];
  }
}

const seen = {};

const names = [];
for await (const { id } of client.models.list()) names.push(id);
seen.models = names.includes(model);

const whole = await client.chat.completions.create({ model, messages: [user("Hi")] });
seen.whole = {
  object: whole.object, ...whole.choices[0].message, finish_reason: whole.choices[0].finish_reason,
  usage: [whole.usage.prompt_tokens, whole.usage.completion_tokens],
};

const { conversation_id } = whole.metadata;
const second = await client.chat.completions.create({ model, messages: [user("And more?")], metadata: { conversation_id } });
seen.continued = second.metadata.conversation_id === conversation_id && second.id !== whole.id;

const stream = await client.chat.completions.create({
  model, messages: [scripted("Stream", { reasoning: ["Hm"], answer: ["One ", "two"] })], stream: true, stream_options: { include_usage: true },
});
const chunks = [];
for await (const chunk of stream) chunks.push(chunk);
seen.streamed = {
  reasoning: chunks.map(({ choices }) => choices[0]?.delta.reasoning_content ?? "").join(""),
  text: chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""),
  last: chunks.at(-1).choices.length, tokens: chunks.at(-1).usage.total_tokens,
};

const asked = [scripted("Weather?", {
  answer: "", finish_reason: "tool_calls",
  tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":' } },
    { index: 0, function: { arguments: '"Oslo"}' } }],
})];
const calling = await client.chat.completions.stream({ model, messages: asked, tools: [weather] }).finalChatCompletion();
const { message, finish_reason } = calling.choices[0];
const answered = await client.chat.completions.create({
  model, tools: [weather], metadata: { conversation_id: calling.metadata?.conversation_id },
  messages: [...asked, message, { role: "tool", tool_call_id: message.tool_calls[0].id, content: '{"degrees":4}' }],
});
seen.tools = {
  finish_reason, call: message.tool_calls[0].function, answer: answered.choices[0].message.content,
  same: answered.metadata.conversation_id === calling.metadata?.conversation_id,
};

const create = (options, api = client) => api.chat.completions.create({ model, messages: [user("Hi")], ...options });
seen.errors = {
  noToken: await refused(create({}, client.withOptions({ apiKey: "nonsense" }))),
  noModel: await refused(create({ model: "no-such-model" })),
  noMessages: await refused(create({ messages: [] })),
  busyModel: await refused(create({ messages: [scripted("Busy", { status: 429 })] })),
};
const broken = await create({ messages: [scripted("Break", { answer: ["a", "b"], error_after: 2 })], stream: true });
seen.errors.inMidStream = (await refused((async () => { for await (const _ of broken); })()))[0];

process.stdout.write(JSON.stringify(seen));
