// The programs of this folder for Node: node peers.js ring. Actors are ports of worker_threads; idle has no counterpart, as
// a port does not run by itself.
const { MessageChannel, Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

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

const isPrime = (n) => {
  if (n < 2) return false;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
};
/// What a worker thread does, by the name it was started with.
const roles = {
  sink() {
    let count = 0;
    parentPort.on("message", (message) => (message === -1 ? parentPort.postMessage(count) : count++));
  },
  player() {
    const port = workerData.port;
    port.on("message", (m) => (m.left === 0 ? parentPort.postMessage("done") : port.postMessage({ to: "other", left: m.left - 1 })));
    parentPort.on("message", (m) => port.postMessage(m));
  },
  primes() {
    parentPort.on("message", (low) => {
      let count = 0;
      for (let n = low; n < low + 62500; n++) if (isPrime(n)) count++;
      parentPort.postMessage(count);
    });
  },
};
const start = (role, data = {}, ports = []) =>
  new Worker(__filename, { workerData: { role, ...data }, transferList: ports });
const primes = async (threads) => {
  const all = Array.from({ length: threads }, () => start("primes"));
  const end = pending();
  let total = 0, left = 64;
  for (const one of all)
    one.on("message", (count) => { total += count; if (--left === 0) end.resolve(); });
  for (let i = 0; i < 64; i++) all[i % threads].postMessage(i * 62500);
  await end.promise;
  for (const one of all) one.terminate();
  return total;
};

const programs = {
  // 3,000,000 messages to a thread.
  async workers_one_way() {
    const sink = start("sink");
    const end = pending();
    sink.on("message", end.resolve);
    for (let n = 0; n < 3000000; n++) sink.postMessage(n);
    sink.postMessage(-1);
    const count = await end.promise;
    sink.terminate();
    return count;
  },
  // Two threads send a message to and fro, 200,000 turns.
  async workers_ping_pong() {
    const { port1, port2 } = new MessageChannel();
    const end = pending();
    const all = [port1, port2].map((port) => start("player", { port }, [port]));
    for (const one of all) one.on("message", end.resolve);
    all[0].postMessage({ to: "other", left: 200000 });
    const result = await end.promise;
    for (const one of all) one.terminate();
    return result;
  },
  async workers_primes_1() { return primes(1); },
  async workers_primes_2() { return primes(2); },
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

if (isMainThread) programs[process.argv[2]]().then((result) => console.log(result));
else roles[workerData.role]();
