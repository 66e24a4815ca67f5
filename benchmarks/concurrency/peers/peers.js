// The programs of this folder for Node: node peers.js ring. Actors are ports of worker_threads; idle has no counterpart, as
// a port does not run by itself.
const { MessageChannel } = require("node:worker_threads");

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const pending = () => {
  const future = {};
  future.promise = new Promise((resolve) => (future.resolve = resolve));
  return future;
};
/// An actor: what is sent to `send` arrives at handle(message, reply).
const actor = (handle) => {
  const { port1, port2 } = new MessageChannel();
  port2.on("message", (message) => handle(message, (answer) => port2.postMessage(answer)));
  return { send: (message) => port1.postMessage(message), port: port1, close: () => port1.close() };
};

const programs = {
  // 100,000 functions, each waiting for the one before it.
  async ring() {
    const first = pending();
    let last = first.promise;
    const link = async (before) => (await before) + 1;
    for (let i = 0; i < 100000; i++) last = link(last);
    await sleep(100);
    first.resolve(0);
    return last;
  },
  // Two functions wake each other 1,000,000 times.
  async exchange() {
    const box = [pending(), pending()];
    const run = async (me, other) => {
      let i = 0;
      for (; i < 1000000; i++) {
        await box[me].promise;
        box[me] = pending();
        box[other].resolve(i);
      }
      return i;
    };
    const x = run(0, 1);
    run(1, 0);
    box[0].resolve(0);
    return x;
  },
  // 3,000,000 messages to one actor.
  async one_way() {
    const end = pending();
    let count = 0;
    const sink = actor((message) => (message === -1 ? end.resolve(count) : count++));
    for (let n = 0; n < 3000000; n++) sink.send(n);
    sink.send(-1);
    await end.promise;
    sink.close();
    return count;
  },
  // Two actors send a message to and fro, 1,000,000 turns; it is an object.
  async ping_pong() {
    const end = pending();
    const { port1, port2 } = new MessageChannel();
    for (const port of [port1, port2])
      port.on("message", (m) => (m.left === 0 ? end.resolve() : port.postMessage({ to: "other", left: m.left - 1 })));
    port1.postMessage({ to: "other", left: 1000000 });
    await end.promise;
    port1.close();
    return "done";
  },
  // 1,000 actors send 1,000 messages each to one.
  async fan_in() {
    const end = pending();
    let count = 0;
    const sink = actor(() => (++count === 1000000 ? end.resolve() : 0));
    const senders = [];
    for (let k = 0; k < 1000; k++)
      senders.push(actor(() => { for (let i = 0; i < 1000; i++) sink.send(i); }));
    for (const sender of senders) sender.send(0);
    await end.promise;
    for (const one of [sink, ...senders]) one.close();
    return "done";
  },
  // 500,000 requests, one after the other.
  async requests() {
    const end = pending();
    const server = actor((n, reply) => reply(n + 1));
    server.port.on("message", (n) => (n === 500000 ? end.resolve(n) : server.send(n)));
    server.send(0);
    const n = await end.promise;
    server.close();
    return n;
  },
  // 1,000,000 timers pending at once.
  async timers() {
    const all = [];
    for (let i = 0; i < 1000000; i++) all.push(sleep(100 + (i % 100)));
    await Promise.all(all);
    return all.length;
  },
};

programs[process.argv[2]]().then((result) => console.log(result));
