import { AssertionError, assert } from "./assert.ts";
import { type Append, applyWrite, type DiskImage, type LogImage, type Write } from "./disk-image.ts";
import { Family, type Scope } from "./family.ts";
import type { Incarnation, NodeId, Site } from "./ids.ts";
import type { Instance, TimerBox, User } from "./instance.ts";
import { makeIO } from "./instance-io.ts";
import type { Links } from "./module.ts";
import type { NodeHost } from "./node-host.ts";
import type { Message, OutputGate } from "./output.ts";
import { OutputList } from "./output-list.ts";
import { freeze } from "./plain.ts";
import { childPath, type Program, sharedAt } from "./program.ts";
import { rawLinks } from "./raw-links.ts";
import { Settling } from "./settling.ts";
import { type Blueprint, type Bound, stack } from "./stack.ts";
import { type Handler, StepQueue } from "./step-queue.ts";
import type { VolatileImage } from "./volatile-image.ts";

/** How a node is run. */
export interface NodeOptions {
  readonly self: NodeId;
  readonly nodes: readonly NodeId[];
  readonly incarnation: Incarnation;
  /** What the disk holds; the machinery keeps it up to date with what is written, durable or not. */
  readonly disk: DiskImage;
  readonly gate: OutputGate;
  /** Freeze every message, indication and written value: a later mutation then throws at the faulty line. */
  readonly freeze: boolean;
  /** `restore` follows: families get their members from it, in their old order, and not from the disk. */
  readonly restoring?: boolean;
}

/** The timers of a module that has none: most modules. */
const noTimers: Instance["timers"] = new Map();

/** Record of a family on disk, at its path with `[]` behind it: members below this key are never made again. */
const forgottenBelow = "forgotten below";

type NetworkLeaf = Extract<Blueprint, { readonly kind: "network" }>;
type SharedBlueprint = Extract<Blueprint, { readonly kind: "shared" }>;

/**
 * Runs one stack on one node. A step is one external event and all that it sets off inside the node; the outputs of a
 * step leave through the gate. Nothing here knows time, sockets or disks: those are the host's.
 */
export class NodeMachine {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly disk: DiskImage;
  readonly host: NodeHost;
  readonly gate: OutputGate;
  readonly queue: StepQueue = new StepQueue();
  readonly freeze: boolean;
  /** The one user that hears a shared module while its `joined` runs, or null. */
  joining: User | null = null;
  readonly #program: Program;
  readonly #root: Scope;
  readonly #top: Instance;
  readonly #shared = new Map<Blueprint, Instance>();
  readonly #instances: Instance[] = [];
  #members: { readonly path: string; readonly key: number; readonly scope: Scope }[] = [];
  readonly #settling: Settling;
  readonly #pushSettled = (instance: Instance): void =>
    this.queue.push(instance.module.settled as Handler, instance, null);
  #booted = false;
  #outputs = new OutputList();
  /** The list that is empty, for the next step; null while what it held leaves. */
  #spare: OutputList | null = new OutputList();
  /** The writes of the running step, from 0 to `#frameEnd`. */
  readonly #frame: Write[] = [];
  #frameEnd = 0;
  #issued: number;

  constructor(program: Program, host: NodeHost, options: NodeOptions) {
    this.self = options.self;
    this.incarnation = options.incarnation;
    this.disk = options.disk;
    this.host = host;
    this.#settling = new Settling(host);
    this.gate = options.gate;
    this.freeze = options.freeze;
    this.#program = program;
    this.#issued = options.gate.durable;
    this.#root = { keys: null, leaves: new Map(), families: new Map(), instances: [], byPath: new Map() };
    this.#top = this.#build(program.blueprint, "", this.#root, options.nodes, null, false);
    if (options.restoring !== true) for (const path of this.disk.keys()) this.#memberAt(path);
  }

  /** Position of the last write that was issued; positions count the steps that wrote. */
  get issued(): number {
    return this.#issued;
  }

  /** Every running module, in the order in which they were made: top first. */
  get instances(): readonly Instance[] {
    return this.#instances;
  }

  /** Boot or reboot: every module's `start`, the lowest first. One step. */
  boot(): void {
    this.#booted = true;
    for (let at = this.#instances.length - 1; at >= 0; at--) this.#start(this.#instances[at]!);
    this.#step();
  }

  /** A message arrived. False when it was for a family member that was forgotten, or for no module of this stack. */
  deliver(message: Message): boolean {
    let scope: Scope | undefined = this.#root;
    if (message.keys !== null)
      for (const key of message.keys) scope = scope?.families.get(message.channel)?.member(key);
    const leaf = scope?.leaves.get(message.channel);
    if (leaf === undefined) return false;
    this.host.observe?.("indication", leaf.path, "deliver", [message.from, message.body]);
    this.touched(leaf.instance);
    if (leaf.key === null) this.queue.run(leaf.handler, leaf.instance, message.from, message.body);
    else this.queue.run(leaf.handler, leaf.instance, leaf.key, message.from, message.body);
    this.#end();
    return true;
  }

  /** A request from outside at the top of the stack. */
  request(name: string, args: readonly unknown[]): void {
    const { requests, module } = this.#top;
    const request = requests[name];
    // The text of an assertion that holds would take longer than the request.
    if (request === undefined)
      throw new AssertionError(`${module.name} has no request ${name}; it has ${Object.keys(requests).join(", ")}`);
    request(...args);
    this.#step();
  }

  /** A timer is due. The host has already disarmed it. */
  fire(box: TimerBox): void {
    const { instance, name, args } = box;
    const handler = instance.module.upon["timer"]?.[name];
    if (handler === undefined) throw new AssertionError(`${instance.module.name} has no timer ${name}`);
    if (instance.dropped) return;
    this.touched(instance);
    this.queue.run(handler as Handler, instance, args[0], args[1], args[2], args[3], args[4]);
    this.#end();
  }

  /** What a module asked to be told about is durable. */
  durable(instance: Instance, name: string, args: readonly unknown[]): void {
    const handler = instance.module.upon["durable"]?.[name];
    if (handler === undefined) throw new AssertionError(`${instance.module.name} has no notice ${name}`);
    if (instance.dropped) return;
    this.touched(instance);
    this.queue.run(handler as Handler, instance, args[0], args[1], args[2], args[3], args[4]);
    this.#end();
  }

  /** The host has no more input at hand: modules that were touched since send their batches. One step. */
  settle(): void {
    this.#settling.take(this.#pushSettled);
    this.#step();
  }

  /** The module at a port path, or undefined where none runs (a member of a family that was not made yet). */
  at(path: string): Instance | undefined {
    for (const instance of this.#instances) if (instance.path === path && !instance.dropped) return instance;
    return undefined;
  }

  /** Volatile state of every module by path: with the disk, all that the next step depends on. Plain data. */
  volatile(): unknown {
    const image: VolatileImage = {
      members: this.#members.map(({ path, key }) => [path, key]),
      forgotten: this.#families().map(([path, family]) => [path, family.forgottenBelow]),
      states: this.#instances.map(({ path, state }) => [path, state]),
      settling: this.#settling.paths(),
      positions: this.#instances.map(({ recordPosition, logPosition }) => [recordPosition, logPosition]),
      issued: this.#issued,
    };
    return image;
  }

  /** The states that the steps since the last look may have changed, with their paths. */
  changed(look: (path: string, state: object) => void): void {
    for (const instance of this.#instances) {
      if (!instance.touched) continue;
      instance.touched = false;
      look(instance.path, instance.state);
    }
  }

  /** Takes over what `volatile` gave, in a machine that was just made. No handler runs. */
  restore(volatile: unknown): void {
    const image = volatile as VolatileImage;
    for (const [path, key] of image.members) this.#memberAt(`${path}[${key}]`);
    // A shared module outlives the members of families that use it.
    for (const [path] of image.states) {
      const one = this.at(path) === undefined ? sharedAt(this.#program, path, this.#top.nodes) : undefined;
      if (one !== undefined) this.#buildShared(one.blueprint, path, one.nodes);
    }
    const order = new Map(image.states.map(([path], at) => [path, at]));
    this.#instances.sort((one, other) => order.get(one.path)! - order.get(other.path)!);
    const families = new Map(this.#families());
    for (const [path, below] of image.forgotten) families.get(path)!.forget(below);
    this.#booted = true;
    for (const [path, state] of image.states) this.at(path)!.state = state;
    this.#settling.restore(image.settling.map((path) => this.at(path)!));
    this.#instances.forEach((instance, at) => {
      [instance.recordPosition, instance.logPosition] = image.positions[at] ?? [0, 0];
    });
    this.#issued = image.issued;
  }

  // What follows is for the io of the modules.

  /** A message of a module that sits on the network. */
  send(to: NodeId, channel: number, keys: readonly number[] | null, body: unknown): void {
    this.#outputs.push(
      {
        kind: "message",
        from: this.self,
        to,
        channel,
        keys,
        body: this.freeze ? freeze(body) : body,
        due: 0,
        order: 0,
        event: 0,
      },
      this.queue.early,
    );
  }

  /** An indication that leaves the top of the stack. */
  answer(name: string, args: readonly unknown[]): void {
    this.#outputs.push({ kind: "answer", name, args: this.freeze ? freeze(args) : args, event: 0 }, null);
  }

  /** A notice that comes back once all that was written so far is durable. */
  notify(instance: Instance, name: string, args: readonly unknown[]): void {
    this.#outputs.push({ kind: "durable", instance, name, args }, null);
  }

  /** A write of this step. */
  write(instance: Instance, write: Write): void {
    if (this.freeze && "value" in write) freeze(write.value);
    applyWrite(this.disk, write);
    this.#frame[this.#frameEnd++] = write;
    if (write.kind === "set" || write.kind === "forget") instance.recordPosition = this.#issued + 1;
    else instance.logPosition = this.#issued + 1;
  }

  /** A write of this step to a log that is at hand. */
  append(instance: Instance, log: LogImage, write: Append): void {
    if (this.freeze) freeze(write.value);
    log.entries.push(write.value);
    this.#frame[this.#frameEnd++] = write;
    instance.logPosition = this.#issued + 1;
  }

  /** Drops the instances of the members of a family below a key, with their records. */
  forget(owner: Instance, path: string, below: number, dropped: readonly Instance[]): void {
    for (const instance of dropped) instance.dropped = true;
    for (const { timers } of dropped) for (const box of timers.values()) this.host.disarm(box);
    const records = [...this.disk.keys()].filter(
      (record) => record.startsWith(`${path}[`) && Number.parseInt(record.slice(path.length + 1), 10) < below,
    );
    for (const record of records) this.write(owner, { kind: "forget", path: record });
    // Also after a crash a late message must not make a member anew that then knows nothing of its promises.
    if (records.length > 0) this.write(owner, { kind: "set", path: `${path}[]`, name: forgottenBelow, value: below });
    const gone = new Set(dropped);
    for (const { users } of this.#instances)
      for (let at = users.length - 1; at >= 0; at--) if (gone.has(users[at]!.instance)) users.splice(at, 1);
    for (let at = this.#instances.length - 1; at >= 0; at--)
      if (gone.has(this.#instances[at]!)) this.#instances.splice(at, 1);
    this.#settling.drop(gone);
    this.#members = this.#members.filter(({ scope }) => scope.dropped !== true);
  }

  /** An early output waits for every write, also later ones of its step, but those to its module's own logs. */
  #positionFor(early: Instance): number {
    let position = 0;
    for (const instance of this.#instances)
      position = Math.max(position, instance.recordPosition, instance === early ? 0 : instance.logPosition);
    return position;
  }

  /** Marks a module that got something, from inside the node or outside: it wants to know when that was all. */
  touched(instance: Instance): void {
    this.#settling.touch(instance);
  }

  #step(): void {
    this.queue.drain();
    this.#end();
  }

  /** The end of a step: its writes go to the host, its outputs to the gate. */
  #end(): void {
    this.#settling.decide();
    if (this.#frameEnd > 0) {
      const frame = this.#frame.slice(0, this.#frameEnd);
      this.#frameEnd = 0;
      this.host.write(frame, ++this.#issued);
    }
    if (this.#outputs.size > 0) this.#letOut();
  }

  #letOut(): void {
    const outputs = this.#outputs;
    this.#outputs = this.#spare ?? new OutputList();
    this.#spare = null;
    for (let at = 0; at < outputs.size; at++) {
      const sender = outputs.earlyAt(at);
      this.gate.pass(outputs.at(at), sender === null ? this.#issued : this.#positionFor(sender));
    }
    outputs.clear();
    this.#spare = outputs;
  }

  #start(instance: Instance): void {
    if (instance.module.start !== undefined) this.queue.push(instance.module.start as Handler, instance, null);
    this.touched(instance);
  }

  /** Makes the instances of a stack; the one on top is returned. */
  #build(
    blueprint: Blueprint,
    path: string,
    scope: Scope,
    nodes: readonly NodeId[],
    user: Instance | null,
    shared: boolean,
  ): Instance {
    if (blueprint.kind === "among") return this.#build(blueprint.one, path, scope, blueprint.members, user, shared);
    if (blueprint.kind === "shared") return this.#buildShared(blueprint, path, nodes);
    if (blueprint.kind === "network")
      return this.#build(
        stack(rawLinks, {
          links: { ...blueprint, channel: blueprint.channel ?? path } as Bound<Links<unknown>>,
        }) as Blueprint & object,
        path,
        scope,
        nodes,
        user,
        shared,
      );
    assert(blueprint.kind === "module", "a family has an owner: put many(…) below a module");
    const { module, below } = blueprint;
    const site: Site = { self: this.self, nodes };
    const instance: Instance = {
      path,
      keys: scope.keys,
      module,
      whenever: module.whenever,
      nodes,
      state: module.init(site),
      io: {},
      requests: {},
      users: [],
      shared,
      recordPosition: 0,
      logPosition: 0,
      settledWanted: false,
      touched: true,
      timers: "timer" in module.upon ? new Map() : noTimers,
      dropped: false,
    };
    this.#instances.push(instance);
    scope.instances.push(instance);
    const ports: { [port: string]: unknown } = {};
    for (const [port, under] of Object.entries(below))
      ports[port] = this.#bind(instance, port, under, childPath(path, port), scope, nodes);
    makeIO(this, instance, ports);
    return instance;
  }

  #buildShared(blueprint: SharedBlueprint, path: string, nodes: readonly NodeId[]): Instance {
    let instance = this.#shared.get(blueprint);
    if (instance === undefined) {
      // A shared instance lives as long as its node, also when its first user is a member of a family.
      instance = this.#build(blueprint.one, path.replace(/\[\d+\]/g, "[]"), this.#root, nodes, null, true);
      this.#shared.set(blueprint, instance);
      if (this.#booted) this.#start(instance);
    }
    return instance;
  }

  #bind(user: Instance, port: string, under: Blueprint, path: string, scope: Scope, nodes: readonly NodeId[]): unknown {
    if (under.kind === "network")
      return this.#bindNetwork(user, port, under, path.replace(/\[\d+\]/g, "[]"), path, scope);
    if (under.kind === "among" && under.one.kind === "network")
      return this.#bind(user, port, under.one, path, scope, nodes);
    if (under.kind === "many") return this.#bindFamily(user, port, under, path, scope, nodes);
    const sharedBefore = this.#shared.size;
    const below = this.#build(under, path, scope, nodes, user, false);
    const joins: User = { instance: user, port, key: null };
    // It is there already, even if all its users before are forgotten.
    if (below.shared && this.#shared.size === sharedBefore && this.#booted) this.#join(below, joins);
    below.users.push(joins);
    return below.requests;
  }

  /** Lets a shared module say again what holds, to a user that came after boot and to nobody else. */
  #join(below: Instance, user: User): void {
    const { joined } = below.module;
    if (joined === undefined) return;
    const tell: Handler = (s, io) => {
      this.joining = user;
      joined(s, io);
      this.joining = null;
    };
    this.queue.push(tell, below, null);
  }

  #bindNetwork(user: Instance, port: string, leaf: NetworkLeaf, ownName: string, path: string, scope: Scope): unknown {
    const { channels } = this.#program;
    const name = leaf.channel ?? ownName;
    const hears = channels.numberOf(name);
    const channel = leaf.sends === null ? hears : channels.numberOf(leaf.sends);
    const handler = user.module.upon[port]?.["deliver"];
    // Only the end of a one-way channel may be deaf.
    assert(
      handler !== undefined || leaf.sends !== null,
      `${user.module.name} does not hear deliver on its port ${port}`,
    );
    if (handler !== undefined) {
      assert(!scope.leaves.has(hears), `two network leaves of one stack are named ${name}: give them different names`);
      scope.leaves.set(hears, { instance: user, handler: handler as Handler, key: null, path });
    }
    const { keys } = scope;
    const observe = this.host.observe;
    if (observe === undefined) return { send: (to: NodeId, body: unknown) => this.send(to, channel, keys, body) };
    return {
      send: (to: NodeId, body: unknown) => {
        observe("request", path, "send", [to, body]);
        this.send(to, channel, keys, body);
      },
    };
  }

  #bindFamily(
    user: Instance,
    port: string,
    under: Blueprint & { kind: "many" },
    path: string,
    scope: Scope,
    nodes: readonly NodeId[],
  ): unknown {
    const name = `${path.replace(/\[\d+\]/g, "[]")}[]`;
    const forgotten = (this.disk.get(`${path}[]`)?.records.get(forgottenBelow) as number | undefined) ?? 0;
    const family = new Family(under.template, name, this.#program.channels, forgotten, (key) => {
      const keys = [...(scope.keys ?? []), key];
      const inside: Scope = {
        keys,
        leaves: new Map(),
        families: new Map(),
        byPath: new Map(),
        instances: [],
        owner: { family, key },
      };
      const memberPath = `${path}[${key}]`;
      if (under.template.kind === "network") {
        // A family of raw channels: its messages go straight to the owner, with the key first.
        const requests = this.#bindNetwork(user, port, under.template, name, memberPath, inside);
        for (const leaf of inside.leaves.values()) (leaf as { key: number | null }).key = key;
        this.#members.push({ path, key, scope: inside });
        return { scope: inside, requests: requests as Instance["requests"] };
      }
      const top = this.#build(under.template, memberPath, inside, nodes, user, false);
      top.users.push({ instance: user, port, key });
      this.#members.push({ path, key, scope: inside });
      if (this.#booted) for (let at = inside.instances.length - 1; at >= 0; at--) this.#start(inside.instances[at]!);
      return { scope: inside, requests: top.requests };
    });
    for (const number of family.channels) {
      const named = this.#program.channels.nameOf(number);
      assert(
        !scope.families.has(number),
        `two families of one stack hear ${named}: give their channels different names`,
      );
      scope.families.set(number, family);
    }
    scope.byPath.set(path, family);
    const each = (key: number): unknown => family.requests(key);
    return Object.assign(each, {
      forget: (key: number) => this.forget(user, path, key, family.forget(key)),
    });
  }

  /** The families that are alive, by path, outer ones first. */
  #families(): [string, Family][] {
    return [this.#root, ...this.#members.map(({ scope }) => scope)].flatMap(({ byPath }) => [...byPath]);
  }

  /** Brings back a member of a family, and those around it: where it was, or where it has a record on disk. */
  #memberAt(path: string): void {
    let scope: Scope | undefined = this.#root;
    for (const match of path.matchAll(/\[(\d+)\]/g)) {
      const family: Family | undefined = scope?.byPath?.get(path.slice(0, match.index));
      if (family === undefined) return;
      scope = family.member(Number(match[1]));
    }
  }
}
