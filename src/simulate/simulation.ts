import type { Parameters, PropertyEvent, Prospect } from "../check/index.ts";
import {
  ChannelTable,
  type Choices,
  type Delay,
  type Frame,
  hashText,
  type Message,
  type NodeHost,
  type NodeId,
  type Output,
  type Program,
  programOf,
  type SystemModel,
  type TimerBox,
  type Trace,
  type TraceKind,
  traceFormat,
  traceVersion,
} from "../model/index.ts";
import { Adversary, signSymbolically, verifySymbolically, type Word } from "./adversary.ts";
import { type Agenda, type Item, OrderedAgenda, TimedAgenda } from "./agenda.ts";
import { Carrier, microseconds } from "./carrier.ts";
import type { Dials } from "./dials.ts";
import type { Fault } from "./fault.ts";
import { drawPlan } from "./fault-plan.ts";
import { NodeClock } from "./node-clock.ts";
import { PartitionTable } from "./partition-table.ts";
import { type HashCover, Recorder, type Violation } from "./recorder.ts";
import type { Setup } from "./scenario.ts";
import { type Laws, SimulatedNode } from "./simulated-node.ts";
import { drawFrom, Workload } from "./workload.ts";

/** What one run is made of. */
export interface RunInput {
  readonly scenario: string;
  readonly setup: Setup;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  readonly dials: Dials;
  readonly choices: Choices;
  /** `timed`: delays decide the order. `ordered`: every order is a choice (exhaustive runs of small scenarios). */
  readonly schedule: "timed" | "ordered";
  readonly trace: boolean;
  readonly cover: HashCover;
  readonly laws: Laws;
  /** Stop at the first violation. */
  readonly stopAtViolation: boolean;
  /** The most events that the run may process. */
  readonly eventsMax: number;
  /** For the header of the trace. */
  readonly seed: number;
  readonly code: string;
  /** Crashes that an ordered run may choose, besides the plan. */
  readonly crashesMax?: number;
  /** Messages that an ordered run may lose. */
  readonly lossesMax?: number;
}

/** How a run went. */
export interface RunResult {
  readonly violations: readonly Violation[];
  /** Rolling hash over all events. */
  readonly hash: number;
  readonly events: number;
  readonly deliveries: number;
  /** Virtual milliseconds. */
  readonly durationMs: number;
  /** Why the run ended: nothing was left or owed, its time was over, its budget was spent, or it was broken. */
  readonly ended: "quiet" | "patience" | "budget" | "violated";
  readonly exercised: ReadonlyMap<string, number>;
  readonly struck: ReadonlyMap<string, number>;
  readonly marks: ReadonlyMap<string, number>;
  readonly trace: Trace | null;
  readonly plan: readonly Fault[];
}

const defaultWindowMs = 1_000;
const defaultPatienceMs = 10_000;

/**
 * One run of a scenario in virtual time. Everything that is not determined comes from `choices`; the same choices give
 * the same run, to the bit.
 */
export class Simulation {
  readonly #input: RunInput;
  readonly #setup: Setup;
  readonly #model: SystemModel;
  readonly #choices: Choices;
  readonly #agenda: Agenda;
  readonly #nodes: SimulatedNode[] = [];
  readonly #recorder: Recorder;
  readonly #carrier: Carrier;
  readonly #partitions: PartitionTable;
  readonly #workload: Workload;
  readonly #channels = new ChannelTable();
  readonly #plan: readonly Fault[];
  readonly #adversary: Adversary | null;
  readonly #marks = new Map<string, number>();
  #held: Message[] = [];
  #lies: { readonly to: NodeId; readonly word: Word }[] | null = null;
  #healed = false;
  #faultsLeft = 0;
  #deliveries = 0;
  #cause = 0;
  #crashesLeft: number;
  #lossesLeft: number;
  #losses = 0;

  constructor(input: RunInput) {
    this.#input = input;
    const { setup, model, choices, dials } = input;
    this.#setup = setup;
    this.#model = model;
    this.#choices = choices;
    this.#crashesLeft = input.crashesMax ?? 0;
    this.#lossesLeft = input.lossesMax ?? 0;
    const nodes = setup.processes.map((_, id) => id);
    const n = nodes.length;
    this.#recorder = new Recorder(
      setup.properties,
      { nodes, model, parameters: input.parameters },
      { trace: input.trace, cover: input.cover },
    );
    this.#agenda =
      input.schedule === "timed"
        ? new TimedAgenda()
        : new OrderedAgenda(choices, model, dials.delayMsMax * microseconds);
    this.#carrier = new Carrier(choices, dials, model, n, setup.distancesMs);
    this.#partitions = new PartitionTable(n);
    this.#workload = new Workload(setup.workload(drawFrom(choices)), choices);
    this.#plan = this.#makePlan(nodes);
    const programs = new Map<object, Program>();
    for (const [id, { name, stack }] of setup.processes.entries()) {
      const program = programs.get(stack) ?? programOf(stack, this.#channels);
      programs.set(stack, program);
      this.#nodes.push(this.#makeNode(id, name, program, nodes));
    }
    this.#adversary = this.#makeAdversary();
  }

  /** Runs to the end. */
  run(): RunResult {
    for (const fault of this.#plan) this.#schedulePlanned(fault);
    if (this.#input.schedule === "timed")
      this.#agenda.push((this.#setup.windowMs ?? defaultWindowMs) * microseconds, { kind: "heal" });
    for (const node of this.#nodes) this.#boot(node);
    for (const running of this.#workload.scripts) this.#scheduleCall(running);
    const ended = this.#loop();
    const fair = ended === "patience" || (ended === "quiet" && (this.#healed || this.#input.schedule === "ordered"));
    if (ended !== "violated") this.#recorder.finish(this.#prospect(), fair && this.#crashesSuffice());
    return this.#result(ended);
  }

  #loop(): RunResult["ended"] {
    const patienceUs =
      ((this.#setup.windowMs ?? defaultWindowMs) + (this.#setup.patienceMs ?? defaultPatienceMs)) * microseconds;
    const { eventsMax, stopAtViolation } = this.#input;
    const recorder = this.#recorder;
    let lookedAt = 0;
    for (;;) {
      if (stopAtViolation && recorder.violations.length > 0) return "violated";
      if (recorder.events > eventsMax) return "budget";
      if (this.#agenda.nextTime > patienceUs) return this.#agenda.size === 0 ? "quiet" : "patience";
      // Every so often: is anything owed? Protocols that retransmit for ever have no other end.
      if (this.#healed && this.#agenda.now - lookedAt > 50 * microseconds) {
        lookedAt = this.#agenda.now;
        if (this.#workload.done && this.#faultsLeft === 0 && !recorder.owes(this.#prospect())) return "quiet";
      }
      if (this.#crashesLeft > 0 && this.#mayCrash()) continue;
      const item = this.#agenda.pop();
      if (item === undefined) return "quiet";
      this.#dispatch(item);
    }
  }

  #dispatch(item: Item): void {
    switch (item.kind) {
      case "message":
        return this.#arrive(item);
      case "timer":
        return this.#fire(item);
      case "sync":
        return this.#synced(item);
      case "settle":
        return this.#settle(item);
      case "notice":
        return this.#notice(item);
      case "call":
        return this.#call(item);
      case "begin":
        return this.#begin(item.fault);
      case "end":
        return this.#end(item.fault);
      case "recover":
        return this.#recover(this.#nodes[item.node]!);
      case "heal":
        return this.#heal();
    }
  }

  // --- what happens at a node ---

  /** Runs one step of a node, and whatever its outputs and its state set off. */
  #step(node: SimulatedNode, cause: number, step: (machine: SimulatedNode["machine"]) => void): void {
    this.#cause = cause;
    node.rebuild();
    if (node.behaviour !== null) this.#lies = [];
    try {
      step(node.machine);
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === "PropertyError") throw thrown;
      this.#recorder.fail(
        "protocol",
        `node ${node.name} throws: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    }
    if (this.#lies !== null) this.#lie(node, this.#lies);
    if (node.outputsLeft === 0 && node.up) this.#crash(node, undefined);
    if (!node.up) return;
    if (this.#recorder.full) this.#recorder.state(node.machine.volatile());
    if (this.#recorder.watchesState && node.behaviour === null) this.#recorder.inspect(this.#inspection());
  }

  /** Whether a node can take an event now; if it is paused or slow the event comes later. */
  #postponed(node: SimulatedNode, item: Item): boolean {
    if (node.pausedUntil <= this.#agenda.now) return false;
    this.#agenda.push(node.pausedUntil, item);
    return true;
  }

  #arrive(message: Message): void {
    const node = this.#nodes[message.to];
    if (node === undefined) return;
    if (!node.up) return this.#drop(message, "node is down");
    if (this.#postponed(node, message)) return;
    const event = this.#recorder.light("deliver", message.to, this.#agenda.now, message.from);
    this.#deliveries++;
    if (this.#recorder.trace !== null)
      this.#keep("deliver", event, node, message.event, {
        peer: message.from,
        path: this.#pathOf(message),
        data: message.body,
      });
    if (this.#adversary !== null && (node.behaviour !== null || this.#model.network === "arbitrary"))
      this.#adversary.sees(message);
    this.#step(node, event, (machine) => {
      if (!machine.deliver(message)) this.#recorder.strike("message for nobody");
    });
  }

  #fire(item: Extract<Item, { kind: "timer" }>): void {
    const { box, generation } = item;
    const node = this.#nodes[item.node]!;
    if (!node.up || node.incarnation !== item.incarnation || !box.armed || box.generation !== generation) return;
    if (this.#postponed(node, item)) return;
    box.armed = false;
    const event = this.#recorder.event("timer", node.id, this.#agenda.now, 0, box.key, box.args);
    if (this.#recorder.trace !== null)
      this.#keep("timer", event, node, box.event, { path: box.instance.path, name: box.name, data: box.args });
    this.#step(node, event, (machine) => machine.fire(box));
  }

  #synced({ node: id, incarnation }: Extract<Item, { kind: "sync" }>): void {
    const node = this.#nodes[id]!;
    if (!node.up || node.incarnation !== incarnation) return;
    const position = node.disk.sync(this.#input.schedule === "ordered" ? Number.POSITIVE_INFINITY : this.#agenda.now);
    const event = this.#recorder.event("disk", id, this.#agenda.now, 0, "sync", position);
    if (this.#recorder.trace !== null) this.#keep("disk", event, node, undefined, { name: "sync", data: position });
    this.#cause = event;
    node.gate.advance(position);
    if (node.outputsLeft === 0 && node.up) this.#crash(node, undefined);
  }

  #settle(item: Extract<Item, { kind: "settle" }>): void {
    const node = this.#nodes[item.node]!;
    if (!node.up || node.incarnation !== item.incarnation) return;
    if (this.#postponed(node, item)) return;
    node.settleAsked = false;
    const event = this.#recorder.event("settled", node.id, this.#agenda.now, 0, "", undefined);
    if (this.#recorder.trace !== null) this.#keep("settled", event, node, undefined, {});
    this.#step(node, event, (machine) => machine.settle());
  }

  #notice(item: Extract<Item, { kind: "notice" }>): void {
    const node = this.#nodes[item.node]!;
    if (!node.up || node.incarnation !== item.incarnation) return;
    if (this.#postponed(node, item)) return;
    const event = this.#recorder.event("durable", node.id, this.#agenda.now, 0, item.name, item.args);
    if (this.#recorder.trace !== null)
      this.#keep("durable", event, node, item.cause, { path: item.instance.path, name: item.name, data: item.args });
    this.#step(node, event, (machine) => {
      const instance = this.#input.laws.rebuild ? machine.at(item.instance.path) : item.instance;
      if (instance !== undefined) machine.durable(instance, item.name, item.args);
    });
  }

  #call(item: Extract<Item, { kind: "call" }>): void {
    const { running } = item;
    const node = this.#nodes[running.node]!;
    const next = this.#workload.peek(running);
    if (next === undefined || !node.up || this.#postponed(node, item)) return;
    const { request, args, until } = this.#workload.made(running);
    const event = this.#recorder.event("call", node.id, this.#agenda.now, 0, request, args);
    if (this.#recorder.trace !== null) this.#keep("call", event, node, undefined, { name: request, data: args });
    this.#observe("request", event, node, "", request, args);
    this.#step(node, event, (machine) => machine.request(request, args));
    if (until === undefined) this.#scheduleCall(running);
  }

  #boot(node: SimulatedNode): void {
    const event = this.#recorder.event("boot", node.id, this.#agenda.now, 0, "", node.incarnation);
    if (this.#recorder.trace !== null) this.#keep("boot", event, node, undefined, { name: node.name });
    this.#observe("boot", event, node, "", "", []);
    this.#step(node, event, (machine) => machine.boot());
  }

  // --- what leaves a node ---

  #leave(node: SimulatedNode, output: Output): void {
    if (output.kind !== "durable" && node.outputsLeft >= 0) {
      if (node.outputsLeft === 0) return;
      node.outputsLeft--;
    }
    if (output.kind === "message") return this.#send(node, output);
    if (output.kind === "durable") {
      this.#agenda.push(this.#agenda.now, {
        kind: "notice",
        node: node.id,
        incarnation: node.incarnation,
        instance: output.instance,
        name: output.name,
        args: output.args,
        cause: this.#cause,
      });
      return;
    }
    const event = this.#recorder.event("answer", node.id, this.#agenda.now, 0, output.name, output.args);
    if (this.#recorder.trace !== null)
      this.#keep("answer", event, node, this.#cause, { name: output.name, data: output.args });
    this.#observe("indication", event, node, "", output.name, output.args);
    for (const running of this.#workload.answered(node.id, output.name)) this.#scheduleCall(running);
  }

  #send(node: SimulatedNode, message: Message): void {
    if (this.#nodes[message.to] === undefined)
      throw new Error(`node ${node.name} sends to node ${message.to}, which does not exist`);
    if (this.#lies !== null && node.behaviour !== null && message.to !== node.id) {
      this.#lies.push({ to: message.to, word: message });
      return;
    }
    this.#transmit(node, message);
  }

  #transmit(node: SimulatedNode, message: Message): void {
    const now = this.#agenda.now;
    message.event = this.#recorder.event(
      "send",
      message.from,
      now,
      message.to,
      message.keys === null ? "" : String(message.keys),
      message.body,
    );
    if (this.#recorder.trace !== null)
      this.#keep("send", message.event, node, this.#cause, {
        peer: message.to,
        path: this.#pathOf(message),
        data: message.body,
      });
    this.#route(message);
    if (this.#adversary !== null && this.#model.network === "arbitrary" && message.from !== message.to)
      this.#forge(message);
  }

  /** Puts a message on the network: lost, held by a partition, or on its way. */
  #route(message: Message): void {
    const { from, to } = message;
    if (from !== to && this.#partitions.cuts(from, to)) {
      this.#recorder.strike("partition cut");
      if (this.#model.network === "reliable") this.#held.push(message);
      else this.#drop(message, "cut off");
      return;
    }
    if (this.#input.schedule === "ordered") return this.#routeOrdered(message);
    const { arrivals, lost } = this.#carrier.carry(message, this.#agenda.now);
    if (lost !== null) return this.#drop(message, lost);
    const slowness = this.#nodes[to]!.slowness;
    for (const [copy, arrival] of arrivals.entries()) {
      if (copy > 0) this.#recorder.strike("duplicate");
      // A slow node takes its input so many times a millisecond late.
      this.#agenda.push(slowness === 1 ? arrival : arrival + (slowness - 1) * microseconds, message);
    }
  }

  #routeOrdered(message: Message): void {
    const lossy = this.#model.network !== "reliable" && message.from !== message.to;
    if (lossy && this.#lossesLeft > 0 && this.#choices.chance("loss", 0, this.#losses++, 0.5)) {
      this.#lossesLeft--;
      return this.#drop(message, "lost");
    }
    this.#agenda.push(this.#agenda.now, message);
  }

  #drop(message: Message, why: string): void {
    this.#recorder.strike(why === "lost" ? "loss" : why);
    const event = this.#recorder.event("drop", message.to, this.#agenda.now, message.from, why, undefined);
    if (this.#recorder.trace === null) return;
    this.#recorder.keep({
      id: event,
      kind: "drop",
      node: message.to,
      at: this.#agenda.now / microseconds,
      cause: message.event,
      peer: message.from,
      path: this.#pathOf(message),
      name: why,
      data: message.body,
    });
  }

  // --- liars ---

  #makeAdversary(): Adversary | null {
    const traitors = new Set(this.#plan.filter((fault) => fault.kind === "byzantine").map(({ node }) => node));
    if (traitors.size === 0 && this.#model.network !== "arbitrary") return null;
    for (const fault of this.#plan)
      if (fault.kind === "byzantine") this.#nodes[fault.node]!.behaviour = fault.behaviour;
    const words = (this.#setup.vocabulary ?? []).flatMap(({ channel, body }) => {
      if (channel !== undefined) return [{ channel: this.#channels.numberOf(channel), keys: null, body }];
      return this.#channels.names.map((name) => ({ channel: this.#channels.numberOf(name), keys: null, body }));
    });
    return new Adversary(this.#choices, traitors, words);
  }

  /** What a traitor really sends in a step, receiver by receiver. */
  #lie(node: SimulatedNode, own: readonly { readonly to: NodeId; readonly word: Word }[]): void {
    this.#lies = null;
    const adversary = this.#adversary;
    if (adversary === null || node.behaviour === null) return;
    for (const { id } of this.#nodes) {
      if (id === node.id) continue;
      const meant = own.filter(({ to }) => to === id).map(({ word }) => word);
      if (meant.length === 0 && node.behaviour !== "arbitrary") continue;
      const said = adversary.says(node.id, node.behaviour, id, meant);
      if (said !== meant) this.#recorder.strike(`traitor ${node.behaviour}`);
      for (const { channel, keys, body } of said)
        this.#transmit(node, {
          kind: "message",
          from: node.id,
          to: id,
          channel,
          keys,
          body,
          due: 0,
          order: 0,
          event: 0,
        });
    }
  }

  /** The network itself lies: now and then it delivers something that nobody sent, in anybody's name. */
  #forge(message: Message): void {
    const link = message.from * this.#nodes.length + message.to;
    this.#adversary!.sees(message);
    if (
      this.#healed ||
      this.#input.schedule === "ordered" ||
      !this.#choices.chance("forge", link, this.#carrier.countOf(link), this.#input.dials.forgery)
    )
      return;
    for (const { channel, keys, body } of this.#adversary!.forges(link)) {
      const from = this.#choices.below("forged name", link, this.#carrier.countOf(link), this.#nodes.length);
      const forged: Message = {
        kind: "message",
        from,
        to: message.to,
        channel,
        keys,
        body,
        due: 0,
        order: 0,
        event: 0,
      };
      this.#recorder.strike("forgery");
      forged.event = this.#recorder.event("fault", message.to, this.#agenda.now, from, "forged", body);
      if (this.#recorder.trace !== null)
        this.#recorder.keep({
          id: forged.event,
          kind: "fault",
          node: from,
          at: this.#agenda.now / microseconds,
          cause: this.#cause,
          peer: message.to,
          path: this.#pathOf(forged),
          name: "forged",
          data: body,
        });
      this.#route(forged);
    }
  }

  // --- faults ---

  #makePlan(nodes: readonly NodeId[]): readonly Fault[] {
    const { setup, model, choices, schedule } = this.#input;
    const scripted = setup.plan ?? [];
    const site = {
      nodes,
      model,
      f: setup.f ?? 0,
      windowMs: setup.windowMs ?? defaultWindowMs,
      budget: setup.faults ?? {},
    };
    if (schedule === "timed") return [...scripted, ...drawPlan(choices, site)];
    if (model.nodes !== "byzantine") return scripted;
    // Exhaustive runs choose who is the traitor; it may say anything.
    const candidates = site.budget.candidates ?? nodes;
    const traitors = site.budget.traitors ?? site.f;
    const chosen: NodeId[] = [];
    for (let count = 0; count < traitors; count++) {
      const rest = candidates.filter((node) => !chosen.includes(node));
      if (rest.length > 0) chosen.push(rest[choices.below("traitor", 0, count, rest.length)]!);
    }
    return [...scripted, ...chosen.map((node): Fault => ({ kind: "byzantine", at: 0, node, behaviour: "arbitrary" }))];
  }

  #schedulePlanned(fault: Fault): void {
    this.#faultsLeft++;
    this.#agenda.push(fault.at * microseconds, { kind: "begin", fault });
  }

  #begin(fault: Fault): void {
    this.#faultsLeft--;
    const node = "node" in fault ? this.#nodes[fault.node]! : undefined;
    if (fault.kind === "crash" && !node!.up) return;
    this.#recorder.strike(fault.kind === "partition" ? `${fault.form} partition` : fault.kind);
    if (fault.kind !== "crash") this.#traceFault(fault, "begin");
    const now = this.#agenda.now;
    switch (fault.kind) {
      case "crash":
        if (fault.outputs !== undefined) node!.outputsLeft = fault.outputs;
        if ((fault.outputs ?? 0) === 0) this.#crash(node!, fault.recoverAt);
        else if (fault.recoverAt !== undefined)
          this.#agenda.push(fault.recoverAt * microseconds, { kind: "recover", node: node!.id });
        return;
      case "pause":
        node!.pausedUntil = Math.max(node!.pausedUntil, fault.until * microseconds);
        return;
      case "slow":
        node!.slowness = fault.factor;
        break;
      case "slow-disk":
        node!.diskSlowness = fault.factor;
        break;
      case "full-disk":
        node!.diskFull = true;
        break;
      case "partition":
        this.#partitions.change(fault.left, fault.right, fault.form === "one-way", 1);
        break;
      case "clock-step":
        node!.clock.step(fault.byMs);
        return;
      case "clock-drift":
        node!.clock.drift(fault.partsPerMillion, now);
        return;
      case "leap-second":
        for (const { clock } of this.#nodes) clock.step(-1000);
        return;
      case "byzantine":
        return;
    }
    this.#faultsLeft++;
    this.#agenda.push(fault.until * microseconds, { kind: "end", fault });
  }

  #end(fault: Fault): void {
    this.#faultsLeft--;
    this.#traceFault(fault, "end");
    if (fault.kind === "slow") this.#nodes[fault.node]!.slowness = 1;
    else if (fault.kind === "slow-disk") this.#nodes[fault.node]!.diskSlowness = 1;
    else if (fault.kind === "full-disk") this.#nodes[fault.node]!.diskFull = false;
    else if (fault.kind === "partition") {
      this.#partitions.change(fault.left, fault.right, fault.form === "one-way", -1);
      const held = this.#held;
      this.#held = [];
      for (const message of held) this.#route(message);
    }
  }

  #crash(node: SimulatedNode, recoverAt: number | undefined): void {
    node.outputsLeft = -1;
    node.up = false;
    node.everCrashed = true;
    const recovers = this.#model.nodes === "crash-recovery";
    const unsynced = node.disk.unsynced;
    const kept =
      unsynced === 0 ? 0 : this.#choices.below("unsynced frames that survive", node.id, node.incarnation, unsynced + 1);
    const next = node.disk.frameAt(kept);
    const separate = this.#setup.faults?.writes === "separate" && next !== undefined && next.length > 1;
    const torn = separate ? this.#choices.below("torn writes", node.id, node.incarnation, next.length) : 0;
    if (unsynced > kept) this.#recorder.strike("unsynced write lost");
    if (torn > 0) this.#recorder.strike("step torn apart");
    node.disk.crash(kept, torn);
    const event = this.#recorder.event("crash", node.id, this.#agenda.now, 0, "", unsynced - kept);
    if (this.#recorder.trace !== null)
      this.#keep("crash", event, node, undefined, {
        data: unsynced > kept ? { unsyncedWritesLost: unsynced - kept } : undefined,
      });
    this.#observe("crash", event, node, "", "", []);
    this.#workload.crashed(node.id);
    if (!recovers) {
      node.stopped = true;
      this.#workload.abandoned(node.id);
    } else if (recoverAt !== undefined) this.#agenda.push(recoverAt * microseconds, { kind: "recover", node: node.id });
    else if (this.#input.schedule === "ordered")
      this.#agenda.push(this.#agenda.now, { kind: "recover", node: node.id });
  }

  #recover(node: SimulatedNode): void {
    if (node.up || node.stopped) return;
    node.reboot();
    this.#recorder.strike("recovery");
    const event = this.#recorder.event("recover", node.id, this.#agenda.now, 0, "", node.incarnation);
    if (this.#recorder.trace !== null) this.#keep("recover", event, node, undefined, {});
    this.#observe("recover", event, node, "", "", []);
    this.#step(node, event, (machine) => machine.boot());
    for (const running of this.#workload.scripts) if (running.node === node.id) this.#scheduleCall(running);
  }

  /** A crash as a choice of an ordered run: whether, and who. */
  #mayCrash(): boolean {
    const candidates = (this.#setup.faults?.candidates ?? this.#nodes.map(({ id }) => id)).filter(
      (id) => this.#nodes[id]!.up && this.#nodes[id]!.behaviour === null,
    );
    const choice = this.#choices.below("crash", 0, this.#recorder.events, candidates.length + 1);
    if (choice === 0) return false;
    this.#crashesLeft--;
    this.#recorder.strike("crash");
    this.#crash(this.#nodes[candidates[choice - 1]!]!, undefined);
    return true;
  }

  /**
   * Faults are over. What is still down recovers if the model says that it may and the rest would not suffice; all
   * others stay broken for ever: liveness must come from the core.
   */
  #heal(): void {
    this.#healed = true;
    this.#carrier.heal();
    let mayStayDown = this.#setup.f ?? 0;
    for (const node of this.#nodes) {
      if (node.behaviour !== null) mayStayDown--;
      node.outputsLeft = -1;
    }
    for (const node of this.#nodes) {
      if (node.up || node.stopped) continue;
      if (mayStayDown > 0 && this.#choices.chance("stays down", node.id, 0, 0.5)) {
        mayStayDown--;
        node.stopped = true;
        this.#workload.abandoned(node.id);
      } else this.#recover(node);
    }
  }

  /** Progress is owed only while no more nodes failed for good than the scenario says it survives. */
  #crashesSuffice(): boolean {
    return this.#nodes.filter(({ stopped, behaviour }) => stopped || behaviour !== null).length <= (this.#setup.f ?? 0);
  }

  // --- hosts, observers ---

  #makeNode(id: NodeId, name: string, program: Program, nodes: readonly NodeId[]): SimulatedNode {
    const { dials, choices, laws } = this.#input;
    const offset =
      dials.clockOffsetMsMax === 0
        ? 0
        : (choices.below("clock offset", id, 0, 2001) / 1000 - 1) * dials.clockOffsetMsMax;
    const drift =
      dials.driftPartsPerMillion === 0
        ? 0
        : Math.floor((choices.below("clock drift", id, 0, 2001) / 1000 - 1) * dials.driftPartsPerMillion);
    const clock = new NodeClock(Math.floor(offset), drift, 5_000 + 1_000 * id);
    const inside = this.#recorder.watchesInside;
    const node: SimulatedNode = new SimulatedNode(
      id,
      name,
      program,
      {
        write: (frame, position) => this.#write(node, frame, position),
        arm: (box, delay) => this.#arm(node, box, delay),
        disarm: (box) => {
          box.armed = false;
          box.generation++;
        },
        wantSettled: () => this.#wantSettled(node),
        clock: (which) => node.clock.read(which, this.#agenda.now),
        random: (path, what, below) => this.#random(node, path, what, below),
        sign: (body) => signSymbolically(id, body),
        verify: verifySymbolically,
        note:
          this.#recorder.trace === null && !this.#recorder.full
            ? undefined
            : (path, text, detail) => this.#note(node, path, text, detail),
        observe: inside ? (kind, path, what, args) => this.#inside(node, kind, path, what, args) : undefined,
      } satisfies NodeHost,
      nodes,
      clock,
      laws,
      (output) => this.#leave(node, output),
    );
    return node;
  }

  #write(node: SimulatedNode, frame: Frame, position: number): void {
    const now = this.#agenda.now;
    const { syncMsMin, syncMsMax } = this.#input.dials;
    const event = this.#recorder.event("disk", node.id, now, 0, "write", frame);
    if (this.#recorder.trace !== null) this.#keep("disk", event, node, this.#cause, { name: "write", data: frame });
    if (node.diskFull) {
      // A failed write ends the incarnation: nothing that waited for it leaves.
      this.#recorder.strike("failed write");
      node.outputsLeft = 0;
      return;
    }
    const q = this.#input.schedule === "ordered" ? 0 : this.#choices.below("sync", node.id, node.syncs++, 1024);
    const took = (syncMsMin + ((syncMsMax - syncMsMin) * q) / 1024) * node.diskSlowness;
    const readyAt = node.disk.write(frame, position, now + Math.floor(took * microseconds));
    this.#agenda.push(readyAt, { kind: "sync", node: node.id, incarnation: node.incarnation });
  }

  #arm(node: SimulatedNode, box: TimerBox, delay: Delay): void {
    box.armed = true;
    box.generation++;
    box.event = this.#cause;
    const drawn =
      typeof delay === "number" ? delay : delay.from + ((delay.to - delay.from) * this.#drawJitter(node, box)) / 1024;
    const due = this.#agenda.now + node.clock.trueUs(Math.max(0, drawn) * microseconds * node.slowness);
    this.#agenda.push(due, {
      kind: "timer",
      node: node.id,
      incarnation: node.incarnation,
      box,
      generation: box.generation,
    });
  }

  #drawJitter(node: SimulatedNode, box: TimerBox): number {
    if (this.#input.schedule === "ordered") return 0;
    return this.#choices.below("timer", hashText(node.id, box.key), (node.incarnation << 20) + box.count++, 1024);
  }

  #random(node: SimulatedNode, path: string, name: string, below: number): number {
    const key = `${path}/${name}`;
    const count = node.draws.get(key) ?? 0;
    node.draws.set(key, count + 1);
    return this.#choices.below(key, node.id, count, below);
  }

  #wantSettled(node: SimulatedNode): void {
    if (node.settleAsked) return;
    node.settleAsked = true;
    this.#agenda.push(this.#agenda.now + this.#input.dials.quantumMs * microseconds, {
      kind: "settle",
      node: node.id,
      incarnation: node.incarnation,
    });
  }

  #scheduleCall(running: Workload["scripts"][number]): void {
    const call = this.#workload.peek(running);
    if (call === undefined) return;
    const delay = call.afterMs ?? 0;
    this.#agenda.push(this.#agenda.now + delay * microseconds, { kind: "call", running });
  }

  #inside(
    node: SimulatedNode,
    kind: "request" | "indication",
    path: string,
    name: string,
    args: readonly unknown[],
  ): void {
    if (path === "") return;
    const recorder = this.#recorder;
    const event = recorder.full
      ? recorder.event(kind, node.id, this.#agenda.now, 0, `${path}.${name}`, args)
      : recorder.number();
    if (recorder.trace !== null) this.#keep(kind, event, node, this.#cause, { path, name, data: args });
    this.#observe(kind, event, node, path, name, args);
  }

  #observe(
    kind: PropertyEvent["kind"],
    event: number,
    node: SimulatedNode,
    path: string,
    name: string,
    args: readonly unknown[],
  ): void {
    if (node.behaviour !== null || this.#setup.properties.length === 0) return;
    const now = this.#agenda.now;
    this.#recorder.observe({
      kind,
      event,
      node: node.id,
      incarnation: node.incarnation,
      at: now / microseconds,
      monotonic: node.clock.read("monotonic", now),
      wall: node.clock.read("wall", now),
      path,
      name,
      args,
    });
  }

  #note(node: SimulatedNode, path: string, text: string, detail: readonly unknown[]): void {
    const recorder = this.#recorder;
    const event = recorder.full
      ? recorder.event("note", node.id, this.#agenda.now, 0, text, detail)
      : recorder.number();
    if (recorder.trace !== null)
      this.#keep("note", event, node, this.#cause, {
        path,
        name: text,
        data: detail.length === 0 ? undefined : detail,
      });
  }

  #traceFault(fault: Fault, name: string): void {
    const event = this.#recorder.event(
      "fault",
      "node" in fault ? fault.node : 0,
      this.#agenda.now,
      0,
      `${fault.kind} ${name}`,
      fault,
    );
    if (this.#recorder.trace === null) return;
    this.#recorder.keep({
      id: event,
      kind: fault.kind === "pause" ? "pause" : "fault",
      at: this.#agenda.now / microseconds,
      name: `${fault.kind} ${name}`,
      data: fault,
      ...("node" in fault ? { node: fault.node } : {}),
    });
  }

  #keep(
    kind: TraceKind,
    id: number,
    node: SimulatedNode,
    cause: number | undefined,
    more: { readonly peer?: NodeId; readonly path?: string; readonly name?: string; readonly data?: unknown },
  ): void {
    const now = this.#agenda.now;
    this.#recorder.keep({
      id,
      kind,
      node: node.id,
      incarnation: node.incarnation,
      at: now / microseconds,
      monotonic: node.clock.read("monotonic", now),
      wall: node.clock.read("wall", now),
      cause,
      ...more,
    });
  }

  #pathOf({ channel, keys }: Message): string {
    const name = this.#channels.nameOf(channel);
    let at = 0;
    return keys === null ? name : name.replace(/\[\]/g, () => `[${keys[at++] ?? ""}]`);
  }

  #prospect(): Prospect {
    const recovers = this.#model.nodes === "crash-recovery";
    const correct = this.#nodes
      .filter((node) => node.behaviour === null && node.up && (recovers || !node.everCrashed))
      .map(({ id }) => id);
    return { correct, at: this.#agenda.now / microseconds, healed: this.#healed || this.#input.schedule === "ordered" };
  }

  #inspection() {
    return {
      state: (node: NodeId, path: string): unknown =>
        this.#nodes[node]!.up ? this.#nodes[node]!.machine.at(path)?.state : undefined,
      record: (node: NodeId, path: string, name: string): unknown =>
        this.#nodes[node]!.disk.seen.get(path)?.records.get(name),
      event: Math.max(0, this.#recorder.events - 1),
      at: this.#agenda.now / microseconds,
    };
  }

  #result(ended: RunResult["ended"]): RunResult {
    const { scenario, model, parameters, seed, code } = this.#input;
    const recorder = this.#recorder;
    const trace: Trace | null =
      recorder.trace === null
        ? null
        : {
            header: {
              format: traceFormat,
              version: traceVersion,
              scenario,
              model,
              parameters,
              seed,
              code,
              nodes: this.#nodes.map(({ id, name }) => ({ id, name })),
            },
            events: recorder.trace,
          };
    return {
      violations: recorder.violations,
      hash: recorder.hash,
      events: recorder.events,
      deliveries: this.#deliveries,
      durationMs: this.#agenda.now / microseconds,
      ended: recorder.violations.length > 0 ? "violated" : ended,
      exercised: recorder.exercised(),
      struck: recorder.struck,
      marks: this.#marks,
      trace,
      plan: this.#plan,
    };
  }
}
