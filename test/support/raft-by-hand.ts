import { type DiskImage, network, stack } from "../../src/model/index.ts";
import { type RaftOptions, raft } from "../../src/protocols/index.ts";
import { bareSessions } from "../../src/scenarios/raft/bare-sessions.ts";
import { type ManualHost, manualHost } from "./manual-host.ts";

interface RaftBody {
  readonly kind: string;
}

const votes: readonly string[] = ["RequestPreVote", "RequestPreVoteReply", "RequestVote", "RequestVoteReply"];

/** What a server indicated as committed: its place, its term, its command. */
export interface CommittedByHand {
  readonly server: number;
  readonly index: number;
  readonly term: number;
  readonly command: unknown;
}

/** Servers of Raft moved by hand: a test says who stands, who hears whom, and who crashes. Disks lose nothing here. */
export class RaftByHand {
  readonly #options: RaftOptions<string>;
  readonly #n: number;
  readonly #hosts: ManualHost[] = [];
  readonly #disks: DiskImage[] = [];
  readonly #lives: number[] = [];
  /** Everything that was indicated as committed, crashes included. */
  readonly committed: CommittedByHand[] = [];

  constructor(n: number, options: RaftOptions<string>) {
    this.#n = n;
    this.#options = options;
    for (let server = 0; server < n; server++) {
      this.#disks.push(new Map());
      this.#lives.push(-1);
      this.restart(server);
    }
  }

  /** Crashes a server, which comes back at once with its disk and says nothing until it is asked. */
  restart(server: number): void {
    const one = stack(raft<string, string>(this.#options), {
      sessions: stack(bareSessions(), { links: network("raft") }),
    });
    const host = manualHost(one, {
      self: server,
      nodes: Array.from({ length: this.#n }, (_, node) => node),
      disk: this.#disks[server]!,
      incarnation: ++this.#lives[server]!,
    });
    this.#hosts[server] = host;
    host.machine.boot();
    this.#sync(server);
    host.messages.length = 0;
  }

  /** A request at a server, as its user makes it. */
  request(server: number, name: string, ...args: readonly unknown[]): void {
    this.#hosts[server]!.machine.request(name, args);
    this.#sync(server);
  }

  /** What a server answered to its user by this name. */
  answers(server: number, name: string): readonly (readonly unknown[])[] {
    return this.#hosts[server]!.answers.filter((answer) => answer.name === name).map(({ args }) => args);
  }

  /** The terms of the entries in the log of a server, from its first one on. */
  terms(server: number): readonly number[] {
    const log = this.#disks[server]!.get("")?.logs.get("entries");
    return (log?.entries ?? []).map((entry) => (entry as { readonly term: number }).term);
  }

  /** A timer of a server goes off. */
  fire(server: number, timer: string): void {
    const host = this.#hosts[server]!;
    const box = host.machine.at("")!.timers.get(timer);
    if (box === undefined) throw new Error(`server ${server} never set its timer ${timer}`);
    box.armed = false;
    host.machine.fire(box);
    this.#sync(server);
  }

  /** A server stands for election, and only these others hear of it and answer; nothing else leaves anybody. */
  elect(server: number, voters: readonly number[]): void {
    this.fire(server, "election");
    this.exchange([server, ...voters], votes);
  }

  /** These servers hear each other until all is said, by messages of these kinds or any; all others are cut off. */
  exchange(servers: readonly number[], kinds: readonly string[] | null = null, messagesMax = 1_000): void {
    for (let passed = 0; passed < messagesMax; passed++) {
      const message = this.#next(servers, kinds);
      if (message === undefined) return;
      this.#hosts[message.to]!.deliver("raft", message.from, message.body);
      this.#sync(message.to);
    }
  }

  #next(servers: readonly number[], kinds: readonly string[] | null) {
    for (const server of servers) {
      const { messages } = this.#hosts[server]!;
      for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
        const isHeard = kinds === null || kinds.includes((message.body as RaftBody).kind);
        if (servers.includes(message.to) && isHeard) return message;
      }
    }
    return undefined;
  }

  /** What a server has at hand goes on: batches leave, writes are durable, and it hears of that. */
  #sync(server: number): void {
    const host = this.#hosts[server]!;
    for (let rounds = 0; rounds < 20 && (host.settledWanted > 0 || host.frames.length > 0); rounds++) {
      host.settledWanted = 0;
      host.machine.settle();
      const position = host.frames.splice(0).at(-1)?.position;
      if (position !== undefined) host.gate.advance(position);
      for (const { instance, name, args } of host.notices.splice(0)) host.machine.durable(instance, name, args);
    }
    for (const { name, args } of host.answers.slice(this.#seen(server)))
      if (name === "committed")
        this.committed.push({ server, index: args[0] as number, term: args[1] as number, command: args[2] });
    this.#counted.set(host, host.answers.length);
  }

  readonly #counted: WeakMap<ManualHost, number> = new WeakMap();

  #seen(server: number): number {
    return this.#counted.get(this.#hosts[server]!) ?? 0;
  }
}
