// `npm run bench -- host [--json] [--seconds N] [--open]`: the durable Node host under a bare replicated log: a leader,
// two followers, no elections; three processes, every entry synced on a majority before it is answered. Puts of 256 bytes
// are asked for inside the leader's process, so that this is the host's own limit; the service's figures are below it.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Log, type Module, type NodeId, type Port, type Sessions, stack } from "quorate/model";
import { hostSessions, issueCertificates, NodeHost, type NodeHostMetrics, type Security } from "quorate/node";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

interface Entry {
  readonly number: number;
  readonly value: Uint8Array;
}
type Frame =
  | { readonly kind: "append"; readonly from: number; readonly entries: readonly Entry[] }
  | { readonly kind: "stored"; readonly end: number };

interface Puts extends Port {
  readonly requests: { readonly put: (entry: Entry) => void };
  readonly indications: { readonly committed: (end: number) => void; readonly linked: (count: number) => void };
}

const leader: NodeId = 0;
const entriesKept = 20_000;

/** What a leader and its followers do when nobody fails: a bound for anything with elections. */
const bareReplicatedLog = (): Module<{
  provides: Puts;
  uses: { sessions: Sessions<Frame> };
  state: { sent: number; readonly stored: number[]; committed: number; linked: number };
  disk: { entries: Log<Entry> };
  later: { stored: [end: number] };
}> => {
  const count = (s: { stored: number[]; committed: number }, node: NodeId, end: number): boolean => {
    s.stored[node] = end;
    const agreed = s.stored.toSorted((one, other) => one - other)[1]!;
    const grew = agreed > s.committed;
    s.committed = agreed;
    return grew;
  };
  return {
    name: "bare replicated log",
    source: "a bench",
    disk: { entries: "log" },
    init: () => ({ sent: 0, stored: [0, 0, 0], committed: 0, linked: 0 }),
    settled(s, io) {
      const { entries } = io.disk;
      if (io.self !== leader || s.sent === entries.end) return;
      const from = s.sent;
      const fresh = Array.from({ length: entries.end - from }, (_, at) => entries.at(from + at));
      s.sent = entries.end;
      io.early(() => {
        for (const node of io.nodes)
          if (node !== leader) io.sessions.send(node, { kind: "append", from, entries: fresh });
      });
      io.whenDurable.stored(entries.end);
      if (s.committed - entries.first > 2 * entriesKept) entries.cutBefore(s.committed - entriesKept);
    },
    upon: {
      request: { put: (_s, io, entry) => io.disk.entries.append(entry) },
      durable: {
        stored(s, io, end) {
          if (count(s, io.self, end)) io.up.committed(s.committed);
        },
      },
      sessions: {
        opened: (s, io) => io.up.linked(++s.linked),
        ended: (s, io) => io.up.linked(--s.linked),
        deliver(s, io, from, frame) {
          if (frame.kind === "stored") {
            if (count(s, from, frame.end)) io.up.committed(s.committed);
            return;
          }
          const { entries } = io.disk;
          for (const entry of frame.entries) entries.append(entry);
          if (entries.end - entries.first > 2 * entriesKept) entries.cutBefore(entries.end - entriesKept);
          io.sessions.send(from, { kind: "stored", end: frame.from + frame.entries.length });
        },
      },
    },
  };
};

interface Orders {
  readonly self: NodeId;
  readonly ports: readonly number[];
  readonly directory: string;
  readonly security: Security;
}

interface Row {
  readonly outstanding: number;
  readonly putsPerSecond: number;
  readonly msP50: number;
  readonly msP99: number;
  readonly syncsPerPut: number;
  readonly leaderCpuUsPerPut: number;
  readonly loopDelayMsMax: number;
}

const value = new Uint8Array(256).fill(7);

/** Keeps `outstanding` puts under way in the leader. */
class Load {
  readonly #host: NodeHost;
  readonly #startedAt: number[] = [];
  readonly #took: number[] = [];
  #asked = 0;
  #answered = 0;
  #stopped = false;

  constructor(host: NodeHost) {
    this.#host = host;
  }

  committed(end: number): void {
    const now = performance.now();
    while (this.#answered < end) {
      this.#took.push(now - this.#startedAt[this.#answered % 8_192]!);
      this.#answered++;
      if (!this.#stopped) this.#ask();
    }
  }

  async run(outstanding: number, seconds: number): Promise<Row> {
    this.#stopped = false;
    for (let count = 0; count < outstanding; count++) this.#ask();
    await new Promise((resolve) => setTimeout(resolve, 500));
    this.#took.length = 0;
    const before = {
      puts: this.#answered,
      at: performance.now(),
      cpu: process.cpuUsage(),
      metrics: this.#host.metrics(),
    };
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const puts = this.#answered - before.puts;
    const cpu = process.cpuUsage(before.cpu);
    const metrics: NodeHostMetrics = this.#host.metrics();
    const sorted = this.#took.slice().sort((one, other) => one - other);
    const elapsed = performance.now() - before.at;
    this.#stopped = true;
    while (this.#answered < this.#asked) await new Promise((resolve) => setTimeout(resolve, 5));
    return {
      outstanding,
      putsPerSecond: (puts * 1_000) / elapsed,
      msP50: sorted[Math.floor(sorted.length / 2)] ?? 0,
      msP99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      syncsPerPut: (metrics.syncs - before.metrics.syncs) / puts,
      leaderCpuUsPerPut: (cpu.user + cpu.system) / puts,
      loopDelayMsMax: metrics.eventLoopDelayMsMax,
    };
  }

  #ask(): void {
    this.#startedAt[this.#asked % 8_192] = performance.now();
    this.#host.request("put", { number: this.#asked++, value });
  }
}

const serve = async ({ self, ports, directory, security }: Orders): Promise<void> => {
  let load: Load | null = null;
  const host = await NodeHost.start({
    stack: stack(bareReplicatedLog(), { sessions: hostSessions<Frame>("log") }),
    cluster: "bench",
    self,
    addresses: new Map(ports.map((port, id) => [id, { host: "127.0.0.1", port }])),
    directory: join(directory, `${self}`),
    security,
    onIndication: (name, args) => {
      if (name === "committed") load?.committed(args[0] as number);
      else if (args[0] === 2) process.send?.("linked");
    },
    onFailure: (error) => {
      throw error;
    },
  });
  load = new Load(host);
  process.on("message", async (order: { readonly outstanding: number; readonly seconds: number } | "close") => {
    if (order !== "close") {
      process.send?.(await load.run(order.outstanding, order.seconds));
      return;
    }
    await host.close();
    process.disconnect?.();
  });
};

const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
};

const measure = async (): Promise<readonly Row[]> => {
  const directory = mkdtempSync(join(tmpdir(), "quorate-bench-host-"));
  try {
    const certificates = await issueCertificates({
      cluster: "bench",
      directory: join(directory, "certs"),
      members: [0, 1, 2],
    });
    const ports = await freePorts(3);
    const children = [0, 1, 2].map((self) => {
      const security: Security = process.argv.includes("--open")
        ? { kind: "open" }
        : { kind: "tls", ...certificates.members.get(self)! };
      return fork(fileURLToPath(import.meta.url), ["--serve", JSON.stringify({ self, ports, directory, security })]);
    });
    await Promise.all(children.map((child) => once(child, "message")));
    const rows: Row[] = [];
    for (const outstanding of [1, 16, 64, 256, 1_024]) {
      children[0]!.send({ outstanding, seconds: Number(option("seconds") ?? 3) });
      const [row] = (await once(children[0]!, "message")) as [Row];
      rows.push(row);
    }
    await Promise.all(
      children.map((child) => {
        child.send("close");
        return once(child, "exit");
      }),
    );
    return rows;
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const print = (rows: readonly Row[]): void => {
  if (process.argv.includes("--json")) return console.log(JSON.stringify(rows));
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}`,
  );
  for (const row of rows)
    console.log(
      `${String(row.outstanding).padStart(5)} outstanding ${(row.putsPerSecond / 1e3).toFixed(1).padStart(7)} k puts/s   ` +
        `p50 ${row.msP50.toFixed(2)} ms   p99 ${row.msP99.toFixed(2)} ms   ${row.syncsPerPut.toFixed(4)} syncs a put   ` +
        `${row.leaderCpuUsPerPut.toFixed(1)} µs of the leader a put   loop held ${row.loopDelayMsMax.toFixed(0)} ms at most`,
    );
};

const orders = option("serve");
if (orders === undefined) print(await measure());
else await serve(JSON.parse(orders) as Orders);
