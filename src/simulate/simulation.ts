import type { Prospect } from "../check/index.ts";
import {
  ChannelTable,
  clone,
  type Decision,
  diffPlain,
  hashPlain,
  type Message,
  type NodeId,
  type Output,
  observing,
  type Program,
  programOf,
  type TimerBox,
} from "../model/index.ts";
import { Adversary, wordsOf } from "./adversary.ts";
import { AgendaFullError, type Item, OrderedAgenda, TimedAgenda } from "./agenda.ts";
import { microseconds } from "./carrier.ts";
import { Chronicle } from "./chronicle.ts";
import type { Fault } from "./fault.ts";
import { FaultInjector, planOf } from "./fault-injector.ts";
import { drawClock } from "./node-clock.ts";
import { endUsOf, neverComes } from "./patience.ts";
import { UsageError } from "./prepare.ts";
import { type Owed, PropertyError, Recorder } from "./recorder.ts";
import { type RunInput, type RunResult, traceHeaderOf } from "./run-input.ts";
import { inputOfRun } from "./setup-of-run.ts";
import { misshapenClients } from "./setup-shape.ts";
import { hostOf } from "./simulated-host.ts";
import { type Meant, SimulatedNetwork } from "./simulated-network.ts";
import { SimulatedNode } from "./simulated-node.ts";
import { drawFrom, Workload } from "./workload.ts";
import type { World } from "./world.ts";

/** What happens inside a node at one of its events. Functions with an argument, so that no event makes a closure. */
type Step<I> = (node: SimulatedNode, item: I, world: World) => void;

const deliver: Step<Message> = ({ machine }, message, { recorder }) => {
  if (!machine.deliver(message)) recorder.strike("message for nobody");
};
const fire: Step<TimerBox> = ({ machine }, box) => machine.fire(box);
const settle: Step<null> = (node) => {
  // Not before: a node that is rebuilt for this step asks again for what it was about to get.
  node.settleAsked = false;
  node.machine.settle();
};
const notify: Step<Extract<Item, { kind: "notice" }>> = ({ machine }, { instance, name, args }, { input }) => {
  const present = input.laws.rebuild ? machine.at(instance.path) : instance;
  if (present !== undefined) machine.durable(present, name, args);
};
const call: Step<{ readonly request: string; readonly args: readonly unknown[] }> = ({ machine }, { request, args }) =>
  machine.request(request, args);
const boot: Step<null> = ({ machine }) => machine.boot();

/**
 * One run of a scenario in virtual time. Everything that is not determined comes from `choices`; the same choices give
 * the same run, to the bit.
 */
export class Simulation {
  readonly #input: RunInput;
  readonly #world: World;
  readonly #nodes: SimulatedNode[] = [];
  readonly #network: SimulatedNetwork;
  readonly #faults: FaultInjector;
  readonly #plan: readonly Fault[];
  /** What the traitor whose step runs means to send; null while no traitor's step runs. */
  #meant: Meant[] | null = null;
  #deliveries = 0;
  /** How many outputs left since the step, or the sync that let them out, began. */
  #leftNow = 0;
  /** Whether the run was fair to the end: only then liveness was put to the test. */
  #judged = false;
  /** When a client made a call last, microseconds. */
  #calledAtUs = 0;

  constructor(given: RunInput) {
    // The first draws (the workload's, the plan's) come before there is a world to tell.
    const tell = (decision: Decision): void => (this.#world as World | undefined)?.recorder.decided(decision);
    const watched = given.trace ? { ...given, choices: observing(given.choices, tell) } : given;
    const input = inputOfRun(watched);
    const { setup, model, choices, dials } = input;
    this.#input = input;
    const nodes = setup.processes.map((_, id) => id);
    const clients = setup.workload(drawFrom(choices));
    const [misshapen] = misshapenClients(clients, nodes.length);
    if (misshapen !== undefined) throw new UsageError(misshapen);
    const world = {
      input,
      agenda:
        input.schedule === "timed"
          ? new TimedAgenda()
          : new OrderedAgenda(choices, model, dials.delayMsMax * microseconds, dials.delayMsMin * microseconds),
      nodes: this.#nodes,
      recorder: new Recorder(
        setup.properties,
        { nodes, model, parameters: input.parameters },
        { ...input, names: setup.processes.map(({ name }) => name) },
      ),
      workload: new Workload(clients, choices),
      channels: new ChannelTable(),
      cause: 0,
      healed: input.schedule === "ordered",
    };
    this.#world = Object.assign(world, { chronicle: new Chronicle(world as unknown as World) });
    this.#plan = planOf(input);
    this.#makeNodes();
    this.#network = new SimulatedNetwork(this.#world, this.#makeAdversary());
    this.#faults = new FaultInjector(this.#world, this.#network, (node) => this.#reboot(node));
  }

  /** Runs to the end. */
  run(): RunResult {
    const { agenda, recorder } = this.#world;
    for (const fault of this.#plan) this.#faults.plan(fault);
    if (this.#input.schedule === "timed") agenda.push(endUsOf(this.#input.setup, 0), { kind: "heal" });
    const ended = this.#guardedLoop();
    if (ended === "violated") return this.#result(ended);
    const fair = ended === "patience" || (ended === "quiet" && this.#world.healed);
    this.#judged = fair && this.#faults.survivable;
    const owed = recorder.finish(this.#prospect(), this.#judged);
    // Where nothing is left to happen, more time brings nothing.
    if (ended === "patience" && owed.length > 0) return this.#wait(owed);
    recorder.breach(owed);
    return this.#result(recorder.violations.length > 0 ? "violated" : ended);
  }

  /**
   * Patience is over and something is owed. Whether it never comes or comes late is found out off the record, in a
   * multiple of the patience: only what is owed then too is broken. What came late, or could not be told, is overdue.
   */
  #wait(owed: readonly Owed[]): RunResult {
    const { recorder } = this.#world;
    const whenOwed = this.#input.whenOwed ?? (() => "wait");
    recorder.breach(owed.filter(({ property }) => whenOwed(property) === "broken"));
    const open = owed.filter(({ property }) => whenOwed(property) === "wait");
    const result = this.#result("patience");
    this.#input.atPatience?.();
    recorder.close();
    const never = neverComes(open, {
      world: this.#world,
      dispatch: (item) => this.#dispatch(item),
      prospect: () => this.#prospect(),
      calledAtUs: () => this.#calledAtUs,
    });
    recorder.breach(never);
    const overdue = open.filter((late) => !never.some(({ property }) => property === late.property));
    return { ...result, ended: recorder.violations.length > 0 ? "violated" : "patience", overdue };
  }

  #guardedLoop(): RunResult["ended"] {
    try {
      return this.#loop();
    } catch (thrown) {
      if (thrown instanceof AgendaFullError) return "budget";
      throw thrown;
    }
  }

  #loop(): RunResult["ended"] {
    const { agenda, recorder, workload } = this.#world;
    for (const node of this.#nodes) this.#start(node);
    for (const running of workload.scripts) this.#scheduleCall(running);
    const { eventsMax, stopAtViolation } = this.#input;
    const endUs = endUsOf(this.#input.setup);
    let lookedAt = 0;
    for (;;) {
      if (recorder.violations.length > 0 && recorder.stops(stopAtViolation)) return "violated";
      if (recorder.processed > eventsMax) return "budget";
      // Orders that are enumerated may leave a message under way for as long as they like: nothing is owed for that.
      if (agenda.nextTime > endUs) return agenda.size === 0 ? "quiet" : agenda.isIdle ? "patience" : "budget";
      // Every so often: is anything owed? Protocols that retransmit for ever have no other end.
      if (this.#world.healed && agenda.now - lookedAt > 50 * microseconds) {
        lookedAt = agenda.now;
        if (this.#isDone()) return "quiet";
      }
      if (this.#faults.mayCrash()) continue;
      const item = agenda.pop();
      if (item === undefined) return "quiet";
      this.#dispatch(item);
    }
  }

  #isDone(): boolean {
    const { agenda, workload, recorder } = this.#world;
    return agenda.isIdle && workload.done && this.#faults.over && !recorder.owes(this.#prospect());
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
        return this.#faults.begin(item.fault);
      case "end":
        return this.#faults.end(item.fault);
      case "recover":
        return this.#faults.recover(this.#nodes[item.node]!);
      case "heal":
        return this.#faults.heal();
    }
  }

  // --- what happens at a node ---

  /** Runs one step of a node, and whatever its outputs and its state set off. */
  #step<I>(node: SimulatedNode, cause: number, step: Step<I>, item: I): void {
    const { recorder, chronicle } = this.#world;
    this.#world.cause = cause;
    this.#leftNow = 0;
    const meant = this.#listenTo(node);
    const before = this.#details ? clone(node.machine.volatile()) : undefined;
    try {
      node.rebuild();
      step(node, item, this.#world);
    } catch (thrown) {
      this.#blame(node, thrown);
    }
    if (before !== undefined) this.#explain(node, cause, before);
    this.#meant = null;
    if (meant !== null) this.#network.lie(node, meant);
    if (node.outputsLeft === 0 && node.up) this.#faults.crash(node);
    if (!node.up) return;
    if (recorder.full) this.#hashState(node);
    if (recorder.watchesState && node.behaviour === null) recorder.inspect(chronicle.inspection(node.id));
  }

  #hashState(node: SimulatedNode): void {
    const { recorder } = this.#world;
    try {
      node.machine.changed((path, state) => recorder.state(path, state));
    } catch (thrown) {
      this.#blame(node, thrown);
    }
  }

  /** What a traitor means to send is heard first, and changed before it leaves. */
  #listenTo(node: SimulatedNode): Meant[] | null {
    this.#meant = node.behaviour === null ? null : [];
    return this.#meant;
  }

  get #details(): boolean {
    return this.#input.details === true && this.#world.recorder.trace !== null;
  }

  /** Adds to an event what its step changed in the state of the node. */
  #explain(node: SimulatedNode, event: number, before: unknown): void {
    const after = node.machine.volatile();
    const changes = diffPlain(before, after);
    this.#world.recorder.explain(event, { changes, stateHash: hashPlain(0, after) >>> 0 });
  }

  /** A protocol that throws, or whose state is no plain data, is at fault itself: a verdict, not a crash of ours. */
  #blame(node: SimulatedNode, thrown: unknown): void {
    if (thrown instanceof PropertyError || thrown instanceof AgendaFullError) throw thrown;
    if (node.behaviour !== null) return;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    this.#world.recorder.fail("protocol", `process ${node.name} throws: ${message}`);
  }

  /** The node for an event, if it can take it: up, of the right incarnation, not paused (then the event comes later). */
  #ready(id: NodeId, item: Item, incarnation?: number): SimulatedNode | undefined {
    const node = this.#nodes[id]!;
    if (!node.up || (incarnation !== undefined && node.incarnation !== incarnation)) return undefined;
    if (node.pausedUntil <= this.#world.agenda.now) return node;
    this.#world.agenda.push(node.pausedUntil, item);
    return undefined;
  }

  #arrive(message: Message): void {
    const { recorder, agenda, chronicle } = this.#world;
    if (!this.#nodes[message.to]!.up) return this.#network.drop(message, "node is down");
    if (this.#isLostWithSender(message)) return this.#network.drop(message, "lost with its sender");
    const node = this.#ready(message.to, message);
    if (node === undefined) return;
    const event = recorder.delivery(message.to, agenda.now, message.from, message.order);
    this.#deliveries++;
    if (chronicle.on)
      chronicle.keep("deliver", event, node, message.event, {
        peer: message.from,
        path: chronicle.pathOf(message),
        data: message.body,
      });
    if (node.behaviour !== null) this.#network.overheard(message);
    this.#step(node, event, deliver, message);
  }

  /**
   * A perfect link owes delivery to correct senders alone (PL1): what a process that stopped had on its way may be lost,
   * or what only it received would always be told to the others in the end.
   */
  #isLostWithSender({ from, to, order }: Message): boolean {
    if (from === to || this.#input.model.network !== "reliable" || !this.#nodes[from]!.stopped) return false;
    return this.#input.choices.chance("lost with its sender", from * this.#nodes.length + to, order, 0.25);
  }

  #fire(item: Extract<Item, { kind: "timer" }>): void {
    const { box } = item;
    if (!this.#world.agenda.isDue(item)) return;
    const node = this.#ready(item.node, item, item.incarnation);
    if (node === undefined) return;
    box.armed = false;
    const { recorder, agenda, chronicle } = this.#world;
    const event = recorder.event("timer", node.id, agenda.now, 0, box.key, box.args);
    if (chronicle.on)
      chronicle.keep("timer", event, node, box.event, { path: box.instance.path, name: box.name, data: box.args });
    this.#step(node, event, fire, box);
  }

  #synced(item: Extract<Item, { kind: "sync" }>): void {
    const node = this.#ready(item.node, item, item.incarnation);
    if (node === undefined) return;
    const position = node.disk.sync(
      this.#input.schedule === "ordered" ? Number.POSITIVE_INFINITY : this.#world.agenda.now,
    );
    this.#world.cause = this.#world.chronicle.event("disk", node, "sync", position);
    this.#leftNow = 0;
    const meant = this.#listenTo(node);
    node.gate.advance(position);
    this.#meant = null;
    if (meant !== null && meant.length > 0) this.#network.lie(node, meant);
    if (node.outputsLeft === 0 && node.up) this.#faults.crash(node);
  }

  #settle(item: Extract<Item, { kind: "settle" }>): void {
    const node = this.#ready(item.node, item, item.incarnation);
    if (node === undefined) return;
    const event = this.#world.chronicle.event("settled", node, "", undefined);
    this.#step(node, event, settle, null);
  }

  #notice(item: Extract<Item, { kind: "notice" }>): void {
    const node = this.#ready(item.node, item, item.incarnation);
    if (node === undefined) return;
    const { chronicle } = this.#world;
    const details = chronicle.on ? { path: item.instance.path } : undefined;
    const event = chronicle.event("durable", node, item.name, item.args, item.cause, details);
    this.#step(node, event, notify, item);
  }

  #call(item: Extract<Item, { kind: "call" }>): void {
    const { chronicle, workload } = this.#world;
    const { running } = item;
    // Asked for before a crash and again after the recovery, a call is made once.
    if (running.next !== item.next || workload.peek(running) === undefined) return;
    const node = this.#ready(running.node, item);
    if (node === undefined) return;
    this.#calledAtUs = this.#world.agenda.now;
    const { request, args, until } = workload.made(running);
    const event = chronicle.event("call", node, request, args);
    chronicle.observe("request", event, node, "", request, args);
    this.#step(node, event, call, { request, args });
    if (until === undefined) this.#scheduleCall(running);
  }

  #boot(node: SimulatedNode, kind: "boot" | "recover"): void {
    const { chronicle } = this.#world;
    const event = chronicle.event(kind, node, node.name, node.incarnation);
    chronicle.observe(kind, event, node, "", "", []);
    this.#step(node, event, boot, null);
  }

  /** Starts a node for the first time, now or when its time comes. */
  #start(node: SimulatedNode): void {
    const { startsAtMs = 0 } = this.#input.setup.processes[node.id]!;
    if (startsAtMs === 0) return this.#boot(node, "boot");
    node.up = false;
    node.isToCome = true;
    this.#world.agenda.push(startsAtMs * microseconds, { kind: "recover", node: node.id });
  }

  #reboot(node: SimulatedNode): void {
    const kind = node.isToCome ? "boot" : "recover";
    if (node.isToCome) node.up = true;
    else node.reboot();
    node.isToCome = false;
    this.#boot(node, kind);
    for (const running of this.#world.workload.scripts) if (running.node === node.id) this.#scheduleCall(running);
  }

  #scheduleCall(running: World["workload"]["scripts"][number]): void {
    const { agenda, workload } = this.#world;
    const call = workload.peek(running);
    if (call === undefined) return;
    const at = agenda.now + (call.afterMs ?? 0) * microseconds;
    agenda.push(at, { kind: "call", running, next: running.next });
  }

  // --- what leaves a node ---

  #leave(node: SimulatedNode, output: Output): void {
    if (output.kind !== "durable" && this.#leftNow++ > 0) this.#faults.mayStopShort(node);
    if (output.kind !== "durable" && node.outputsLeft >= 0) {
      if (node.outputsLeft === 0) return;
      node.outputsLeft--;
    }
    if (output.kind === "message") return this.#send(node, output);
    const { agenda, chronicle, workload, cause } = this.#world;
    if (output.kind === "durable") {
      const { instance, name, args } = output;
      return agenda.push(agenda.now, {
        kind: "notice",
        node: node.id,
        incarnation: node.incarnation,
        instance,
        name,
        args,
        cause,
      });
    }
    const event = chronicle.event("answer", node, output.name, output.args, cause);
    chronicle.observe("indication", event, node, "", output.name, output.args);
    for (const running of workload.answered(node.id, output.name)) this.#scheduleCall(running);
  }

  #send(node: SimulatedNode, message: Message): void {
    if (this.#nodes[message.to] === undefined)
      throw new Error(`it sends to process ${message.to}, and the last one is ${this.#nodes.length - 1}`);
    if (this.#meant !== null && message.to !== node.id) this.#meant.push({ to: message.to, word: message });
    else this.#network.transmit(node, message);
  }

  // --- the host of the nodes ---

  #makeNodes(): void {
    const { setup, dials, choices, laws } = this.#input;
    const ids = setup.processes.map((_, id) => id);
    const programs = new Map<object, Program>();
    for (const [id, { name, stack }] of setup.processes.entries()) {
      const program = programs.get(stack) ?? programOf(stack, this.#world.channels);
      programs.set(stack, program);
      const node: SimulatedNode = new SimulatedNode({
        id,
        name,
        program,
        host: hostOf(this.#world, () => node),
        nodes: ids,
        clock: drawClock(id, choices, dials),
        laws,
        leave: (output) => this.#leave(node, output),
      });
      this.#nodes.push(node);
    }
  }

  #makeAdversary(): Adversary | null {
    const { model, setup, choices } = this.#input;
    const liars = this.#plan.filter((fault) => fault.kind === "byzantine");
    for (const { node, behaviour } of liars) this.#nodes[node]!.behaviour = behaviour;
    if (liars.length === 0 && model.network !== "arbitrary") return null;
    return new Adversary(choices, new Set(liars.map(({ node }) => node)), wordsOf(setup, this.#world.channels));
  }

  // --- how it went ---

  #prospect(): Prospect {
    const recovers = this.#input.model.nodes === "crash-recovery";
    const correct = this.#nodes
      .filter((node) => node.behaviour === null && node.up && !node.deaf && (recovers || !node.everCrashed))
      .map(({ id }) => id);
    return { correct, at: this.#world.agenda.now / microseconds, healed: this.#world.healed };
  }

  #result(ended: RunResult["ended"]): RunResult {
    const { recorder, agenda } = this.#world;
    return {
      violations: recorder.violations,
      hash: recorder.hash,
      events: recorder.events,
      deliveries: this.#deliveries,
      durationMs: agenda.now / microseconds,
      ended,
      judged: this.#judged,
      exercised: recorder.exercised(),
      struck: new Map(recorder.struck),
      marks: recorder.marks,
      overdue: [],
      trace: recorder.trace && { header: traceHeaderOf(this.#input, this.#nodes), events: recorder.trace },
      plan: this.#plan,
    };
  }
}
