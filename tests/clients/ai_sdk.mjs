// What a front end does with the AI SDK's useChat, of the major version given, against the real worker. Prints one JSON
// object: for each scene what the hook showed and what the rows say.

import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { load, mount } from "./use_chat.mjs";

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, WORKER_URL } = process.env;
const { useChat, DefaultChatTransport, lastAssistantMessageIsCompleteWithToolCalls } = await load(process.argv[2]);

const api = `${WORKER_URL}/api/chat`;
const supabase = createClient(SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, { auth: { persistSession: false } });
const { data: { session }, error } = await supabase.auth.signInWithPassword({ email: "ada@acme.test", password: "palaver-demo" });
if (error) throw error;
const headers = { Authorization: `Bearer ${session.access_token}` };

const scripted = (text, script) => `${text} [[script ${JSON.stringify(script)}]]`;
const words = (count) => Array.from({ length: count }, (_, index) => `w${index} `);
const unscripted = (told) => (typeof told === "string" ? told.replace(/ \[\[script.*/, "") : told);

/** An answer that says three words and then nothing more until it is stopped. */
const waiting = { answer: words(3), stall_after: 4 };
const tools = { weather: { description: "Tells the weather.", inputSchema: { type: "object", properties: { city: { type: "string" } } } } };
const call = (args) => ({
  answer: "", finish_reason: "tool_calls",
  tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: args.slice(0, 5) } },
    { index: 0, function: { arguments: args.slice(5) } }],
});

function open(id, { transport, ...options } = {}) {
  return mount(useChat, { id, transport: new DefaultChatTransport({ api, headers, ...transport }), ...options });
}

async function rows(chat) {
  const { data, error } = await supabase.rpc("chat_messages", { p_chat: chat });
  if (error) throw error;
  return data;
}

async function turns(chat) {
  const { data, error } = await supabase.from("turns").select("status, error_code, conversations!inner(client_id)")
    .eq("conversations.client_id", chat).order("started_at");
  if (error) throw error;
  return data.map(({ status, error_code }) => [status, error_code]);
}

/** The chat as a page that is opened anew shows it. */
async function saved(chat) {
  const { data, error } = await supabase.rpc("ui_messages", { p_chat: chat });
  if (error) throw error;
  return data;
}

/** What is seen of messages, without what differs from run to run. */
function shown(messages) {
  return messages.map(({ role, parts }) => [role, ...parts.map((part) => {
    if (part.type === "text" || part.type === "reasoning") return `${part.type}: ${unscripted(part.text)}`;
    if (part.type === "step-start") return "step";
    return [part.type, part.state ?? part.mediaType, unscripted(part.output ?? part.errorText)].filter((each) => each !== undefined);
  })]);
}

const told = (rows) => rows.map(({ role, content, parts }) => [
  role, unscripted(content), ...(parts ?? []).map((part) => part.type)]);

/** Read the chat's stream to its end, if it has one. */
async function drain(chat) {
  const response = await fetch(`${api}/${encodeURIComponent(chat)}/stream`, { headers });
  await response.text();
  return response.status;
}

const stopTurn = async (chat) =>
  (await fetch(`${api}/${encodeURIComponent(chat)}/stop`, { method: "POST", headers })).json();

/** A fetch whose first answer can be broken off, as browsers tell it. */
function breakable() {
  let unbroken = true;
  const line = {};
  const broken = new Promise((_, reject) => (line.break = () => reject(new TypeError("network error"))));
  line.fetch = async (...given) => {
    const response = await fetch(...given);
    if (!unbroken) return response;
    unbroken = false;
    const reader = response.body.getReader();
    const pull = async (controller) => controller.enqueue((await Promise.race([reader.read(), broken])).value);
    return new Response(new ReadableStream({ pull }), response);
  };
  return line;
}

const text = (message) => message?.parts.map((part) => part.text ?? "").join("") ?? "";

const scenes = {
  async send(id) {
    const data = [], ends = [];
    const chat = await open(id, { onData: (part) => data.push(part), onFinish: (end) => ends.push([end.isError, end.finishReason]) });
    await chat.now.sendMessage({ text: "Hi there" });
    const { status, messages } = await chat.rendered();
    const { metadata } = messages[1];
    const kept = await rows(id);
    return {
      status, shown: shown(messages), data, ends, usage: metadata.usage, model: metadata.model, turn: metadata.status,
      ids: [metadata.turnId === kept[1].id, messages[1].id === kept[1].id, messages[0].id === kept[0].client_id],
      rows: told(kept), turns: await turns(id),
    };
  },

  async reasoning(id) {
    const chat = await open(id);
    await chat.now.sendMessage({ text: scripted("Think", { reasoning: ["Hm", "m."], answer: "Yes." }) });
    return { shown: shown((await chat.rendered()).messages), rows: told(await rows(id)) };
  },

  async files(id) {
    const chat = await open(id);
    const url = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
    await chat.now.sendMessage({ text: "What is it?", files: [{ type: "file", mediaType: "image/png", filename: "dot.png", url }] });
    const kept = await rows(id);
    return { shown: shown((await chat.rendered()).messages), rows: told(kept), file: kept[0].parts.find((part) => part.type === "file").url === url };
  },

  async regenerate(id) {
    const chat = await open(id);
    await chat.now.sendMessage({ text: "Again" });
    const first = (await rows(id))[1];
    await chat.now.regenerate();
    const second = (await rows(id))[1];
    await chat.now.regenerate({ messageId: second.id });
    const { messages } = await chat.rendered();
    const third = (await rows(id))[1];
    const { data } = await supabase.from("messages").select("id").eq("parent_id", first.parent_id);
    return {
      shown: shown(messages), distinct: new Set([first.id, second.id, third.id, messages[1].id]).size, branches: data.length,
      rows: told(await rows(id)),
    };
  },

  async edit(id) {
    const chat = await open(id);
    await chat.now.sendMessage({ text: "First" });
    await chat.now.sendMessage({ text: "Second" });
    const before = await rows(id);
    await chat.now.sendMessage({ text: "Second, better", messageId: (await chat.rendered()).messages[2].id });
    const after = await rows(id);
    // A page that was loaded anew knows messages by the database's ids.
    const again = await open(id, { messages: await saved(id) });
    await again.now.sendMessage({ text: "First, better", messageId: after[0].id });
    return {
      first: shown((await chat.rendered()).messages), sameParent: before[2].parent_id === after[2].parent_id,
      second: shown((await again.rendered()).messages), rows: told(await rows(id)),
    };
  },

  async lastMessageOnly(id) {
    const prepareSendMessagesRequest = ({ id, messages, trigger, messageId }) =>
      ({ body: { id, message: messages.at(-1), trigger, messageId } });
    const chat = await open(id, { transport: { prepareSendMessagesRequest } });
    await chat.now.sendMessage({ text: "One" });
    await chat.now.sendMessage({ text: "Two" });
    await chat.now.regenerate();
    return { shown: shown((await chat.rendered()).messages), rows: told(await rows(id)) };
  },

  async tools(id) {
    const chat = await open(id, {
      transport: { body: { tools } },
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
      onToolCall({ toolCall }) {
        chat.now.addToolOutput({ tool: toolCall.toolName, toolCallId: toolCall.toolCallId, output: { city: toolCall.input.city, degrees: 4 } });
      },
    });
    chat.now.sendMessage({ text: scripted("Weather?", call('{"city":"Oslo"}')) });
    const { messages } = await chat.until(({ status, messages }) => status === "ready" && text(messages[1]) !== "");
    const kept = await rows(id);
    return { shown: shown(messages), rows: told(kept), reloaded: shown(await saved(id)), turns: await turns(id) };
  },

  async toolFails(id) {
    const chat = await open(id, {
      transport: { body: { tools } },
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    });
    await chat.now.sendMessage({ text: scripted("Weather?", call('{"city":"Oslo"}')) });
    await chat.rendered();
    chat.now.addToolOutput({ tool: "weather", toolCallId: "call_1", state: "output-error", errorText: "No network" });
    const { messages } = await chat.until(({ status, messages }) => status === "ready" && text(messages[1]) !== "");
    return { shown: shown(messages), rows: told(await rows(id)) };
  },

  async argumentsAreNotJson(id) {
    const chat = await open(id, {
      transport: { body: { tools } },
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    });
    chat.now.sendMessage({ text: scripted("Weather?", call('{"city":')) });
    const { messages } = await chat.until(({ status, messages }) => status === "ready" && text(messages[1]) !== "");
    const kept = await rows(id);
    return { shown: shown(messages), rows: told(kept), reloaded: shown(await saved(id)) };
  },

  async stop(id) {
    const ends = [];
    const chat = await open(id, { onFinish: (end) => ends.push(end.isAbort) });
    const sent = chat.now.sendMessage({ text: scripted("Stop me", waiting) });
    await chat.until(({ messages }) => text(messages[1]) === "w0 w1 w2 ");
    const stopped = await stopTurn(id);
    await chat.now.stop();
    await sent;
    const { status, messages } = await chat.rendered();
    await drain(id);
    return { status, shown: shown(messages), stopped, again: await stopTurn(id), rows: told(await rows(id)), turns: await turns(id) };
  },

  async stoppedElsewhere(id) {
    const chat = await open(id);
    const sent = chat.now.sendMessage({ text: scripted("Stop me", waiting) });
    await chat.until(({ messages }) => text(messages[1]) === "w0 w1 w2 ");
    await stopTurn(id);
    await sent;
    const { status, messages } = await chat.rendered();
    return { status, shown: shown(messages), state: messages[1].parts.at(-1).state, turn: messages[1].metadata.status, rows: told(await rows(id)) };
  },

  async leave(id) {
    const chat = await open(id);
    const sent = chat.now.sendMessage({ text: scripted("Goes on", { answer: words(20), seconds_per_frame: 0.02 }) });
    await chat.until(({ messages }) => text(messages[1]).startsWith("w0 w1 "));
    await chat.now.stop();
    await sent;
    const { status } = await chat.rendered();
    await drain(id);
    return { status, rows: told(await rows(id)), turns: await turns(id) };
  },

  async resume(id) {
    const before = await open(id);
    before.now.sendMessage({ text: scripted("Slowly", { answer: words(6), stall_after: 4, stall_seconds: 3 }) });
    await before.until(({ messages }) => text(messages[1]) === "w0 w1 w2 ");
    before.unmount();
    const chat = await open(id, { resume: true, messages: await saved(id) });
    const { messages } = await chat.until(({ status, messages }) => status === "ready" && text(messages[1]).endsWith("w5 "));
    return { shown: shown(messages), id: messages[1].id === (await rows(id))[1].id, rows: told(await rows(id)), over: await drain(id) };
  },

  async resumeAfterTools(id) {
    const before = await open(id, { transport: { body: { tools } } });
    await before.now.sendMessage({ text: scripted("Weather?", call('{"city":"Oslo"}')) });
    await before.rendered();
    await before.now.addToolOutput({ tool: "weather", toolCallId: "call_1", output: scripted("4 degrees", waiting) });
    before.now.sendMessage();
    await before.until(({ messages }) => text(messages[1]) === "w0 w1 w2 ");
    before.unmount();
    const chat = await open(id, { resume: true, messages: await saved(id) });
    await chat.until(({ messages }) => text(messages.at(-1)) === "w0 w1 w2 ");
    await stopTurn(id);
    const { messages } = await chat.until(({ status }) => status === "ready");
    return { shown: shown(messages), turn: messages.at(-1).metadata.status, reloaded: shown(await saved(id)) };
  },

  async resumeAfterNetworkError(id) {
    const line = breakable();
    const chat = await open(id, { transport: { fetch: line.fetch } });
    const sent = chat.now.sendMessage({ text: scripted("Slowly", waiting) });
    await chat.until(({ messages }) => text(messages[1]) === "w0 w1 w2 ");
    line.break();
    await sent;
    const { status } = await chat.rendered();
    const resumed = chat.now.resumeStream();
    await chat.until(({ status, messages }) => status === "streaming" && text(messages[1]).endsWith("w2 "));
    await stopTurn(id);
    await resumed;
    const { messages } = await chat.rendered();
    return { status, shown: shown(messages), turn: messages[1].metadata.status };
  },

  async nothingToResume(id) {
    const chat = await open(id);
    await chat.now.resumeStream();
    const { status, messages } = await chat.rendered();
    return { status, shown: shown(messages), over: await drain(id) };
  },

  async errorInMidStream(id) {
    const chat = await open(id);
    await chat.now.sendMessage({ text: scripted("Break", { answer: words(5), error_after: 4 }) });
    const { status, error, messages } = await chat.rendered();
    const seen = { status, error: error.message, shown: shown(messages), code: messages[1].metadata.error.code, rows: told(await rows(id)), turns: await turns(id) };
    chat.now.clearError();
    await chat.now.sendMessage({ text: "And now?" });
    const after = await chat.rendered();
    return { ...seen, after: [after.status, shown(after.messages).at(-1)] };
  },

  async refusedThenAskedAgain(id) {
    const chat = await open(id);
    await chat.now.sendMessage({ text: "Hello" }, { body: { model: "no-such-model" } });
    const { status, error, messages } = await chat.rendered();
    const refused = { status, problem: JSON.parse(error.message).code, shown: shown(messages), rows: told(await rows(id)) };
    await chat.now.regenerate();
    return { ...refused, after: shown((await chat.rendered()).messages), kept: told(await rows(id)) };
  },
};

/** Rejects when the scene takes so long that it waits for what will not come. */
function inTime(scene) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("it took too long")), 20_000)));
  return Promise.race([scene, late]).finally(() => clearTimeout(timer));
}

const chosen = process.argv.slice(3);
const seen = await Promise.all(
  Object.entries(scenes).filter(([name]) => !chosen.length || chosen.includes(name)).map(async ([name, scene]) => {
    // A slash and a space: ids are the client's business.
    const id = `${name}/ ${randomUUID()}`;
    try {
      return [name, await inTime(scene(id))];
    } catch (error) {
      return [name, { broke: error.stack ?? error }];
    }
  }));
process.stdout.write(JSON.stringify(Object.fromEntries(seen)), () => process.exit(0));
