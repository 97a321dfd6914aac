import type { NodeId } from "../model/index.ts";
import { microseconds } from "./carrier.ts";
import type { Fault } from "./fault.ts";
import { drawPlan } from "./fault-plan.ts";
import type { RunInput } from "./run-input.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { World } from "./world.ts";

/** Virtual milliseconds of faults where the scenario does not say. */
export const windowMsDefault = 1_000;

/** The plan of a run: what the scenario scripts, and what is drawn within its budget. */
export const planOf = ({ setup, model, choices, schedule }: RunInput): readonly Fault[] => {
  const nodes = setup.processes.map((_, id) => id);
  const scripted = setup.plan ?? [];
  const { f = 0, faults: budget = {}, windowMs = windowMsDefault } = setup;
  if (schedule === "timed") return [...scripted, ...drawPlan(choices, { nodes, model, f, windowMs, budget })];
  if (model.nodes !== "byzantine") return scripted;
  // Exhaustive runs choose who is the traitor; it may say anything.
  const candidates = budget.candidates ?? nodes;
  const chosen: NodeId[] = [];
  for (let count = 0; count < (budget.traitors ?? Math.max(1, f)); count++) {
    const rest = candidates.filter((node) => !chosen.includes(node));
    if (rest.length > 0) chosen.push(rest[choices.below("traitor", 0, count, rest.length)]!);
  }
  return [...scripted, ...chosen.map((node): Fault => ({ kind: "byzantine", at: 0, node, behaviour: "arbitrary" }))];
};

/** Makes faults strike: those of the plan at their times, and in ordered runs crashes as choices. */
export class FaultInjector {
  readonly #world: World;
  readonly #network: SimulatedNetwork;
  readonly #reboot: (node: SimulatedNode) => void;
  /** Faults of the plan that have yet to begin or to end. */
  #left = 0;
  #crashesLeft: number;
  /** Who stopped because a write failed. */
  readonly #stoppedFull = new Set<NodeId>();

  constructor(world: World, network: SimulatedNetwork, reboot: (node: SimulatedNode) => void) {
    this.#world = world;
    this.#network = network;
    this.#reboot = reboot;
    this.#crashesLeft = world.input.crashesMax ?? 0;
  }

  /** Whether every fault has come and gone. */
  get over(): boolean {
    return this.#left === 0;
  }

  /** Puts a fault on the agenda. */
  plan(fault: Fault): void {
    const { agenda, input } = this.#world;
    this.#left++;
    // A traitor is one from the start. Where orders are enumerated, when that is said would be an order too.
    if (fault.kind === "byzantine" && input.schedule === "ordered") return this.begin(fault);
    agenda.push(fault.at * microseconds, { kind: "begin", fault });
  }

  begin(fault: Fault): void {
    const { agenda, nodes, recorder, chronicle, input } = this.#world;
    this.#left--;
    const node = "node" in fault ? nodes[fault.node] : undefined;
    if (fault.kind !== "crash") {
      recorder.strike(fault.kind === "partition" ? `${fault.form} partition` : fault.kind);
      chronicle.fault(fault, "begin");
    }
    switch (fault.kind) {
      case "crash":
        return this.#beginCrash(fault, node!);
      case "pause":
        // Where orders are enumerated, what comes late because of a pause comes late in some order anyway.
        if (input.schedule === "timed") node!.pausedUntil = Math.max(node!.pausedUntil, fault.until * microseconds);
        return;
      case "clock-step":
        return node!.clock.step(fault.byMs);
      case "clock-drift":
        return node!.clock.drift(fault.partsPerMillion, agenda.now);
      case "leap-second":
        for (const { clock } of nodes) clock.step(-1000);
        return;
      case "byzantine":
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
        this.#network.partition(fault, 1);
    }
    this.#left++;
    agenda.push(fault.until * microseconds, { kind: "end", fault });
  }

  end(fault: Fault): void {
    const { nodes, chronicle } = this.#world;
    this.#left--;
    chronicle.fault(fault, "end");
    if (fault.kind === "slow") nodes[fault.node]!.slowness = 1;
    else if (fault.kind === "slow-disk") this.#endSlowDisk(nodes[fault.node]!);
    else if (fault.kind === "full-disk") this.#endFullDisk(nodes[fault.node]!);
    else if (fault.kind === "partition") this.#network.partition(fault, -1);
  }

  /** A sync under way on a disk that stalled ends as soon as one that begins now; otherwise it would stall for ever. */
  #endSlowDisk(node: SimulatedNode): void {
    const { agenda, input } = this.#world;
    node.diskSlowness = 1;
    if (node.disk.unsynced === 0) return;
    const readyAt = agenda.now + Math.floor(input.dials.syncMsMax * microseconds);
    node.disk.hasten(readyAt);
    agenda.push(readyAt, node.syncItem);
  }

  /** There is space again: who stopped for want of it starts again. */
  #endFullDisk(node: SimulatedNode): void {
    node.diskFull = false;
    if (this.#stoppedFull.delete(node.id)) this.recover(node);
  }

  #beginCrash(fault: Extract<Fault, { readonly kind: "crash" }>, node: SimulatedNode): void {
    if (!node.up) return;
    if ((fault.outputs ?? 0) === 0) return this.crash(node, fault.recoverAt);
    // Inside a step to come: so many outputs leave, then it stops.
    node.outputsLeft = fault.outputs!;
    if (fault.recoverAt !== undefined)
      this.#world.agenda.push(fault.recoverAt * microseconds, { kind: "recover", node: node.id });
  }

  /** A node stops now. What its disk had not synced is lost, but for what had reached it by luck. */
  crash(node: SimulatedNode, recoverAt?: number): void {
    const { agenda, chronicle, workload, input, recorder } = this.#world;
    recorder.strike("crash");
    if (node.diskFull) this.#stoppedFull.add(node.id);
    node.outputsLeft = -1;
    node.up = false;
    node.everCrashed = true;
    const lost = this.#loseUnsynced(node);
    const event = chronicle.event("crash", node, "", lost);
    chronicle.observe("crash", event, node, "", "", []);
    workload.crashed(node.id);
    if (input.model.nodes !== "crash-recovery") this.#stop(node);
    else if (recoverAt !== undefined) agenda.push(recoverAt * microseconds, { kind: "recover", node: node.id });
    else if (input.schedule === "ordered") this.#mayRecover(node);
  }

  /** In ordered runs a node that can recover does so at some time, or stays down as far as the scenario survives that. */
  #mayRecover(node: SimulatedNode): void {
    const { agenda, nodes, input } = this.#world;
    const stopped = nodes.filter(({ stopped: forGood, behaviour }) => forGood || behaviour !== null).length;
    const mayStayDown = stopped < (input.setup.f ?? 0);
    if (mayStayDown && input.choices.chance("stays down", node.id, node.incarnation, 0.5)) this.#stop(node);
    else agenda.push(agenda.now, { kind: "recover", node: node.id });
  }

  recover(node: SimulatedNode): void {
    if (node.up || node.stopped) return;
    if (!node.isToCome) this.#world.recorder.strike("recovery");
    this.#reboot(node);
  }

  /** A crash between two steps as a choice of an ordered run: whether, and who. True when one struck. */
  mayCrash(): boolean {
    if (this.#crashesLeft === 0) return false;
    const { input, nodes, recorder } = this.#world;
    const candidates = nodes.filter((node) => this.#canCrash(node)).map(({ id }) => id);
    const choice = input.choices.below("crash", 0, recorder.events, candidates.length + 1);
    if (choice === 0) return false;
    this.#crashesLeft--;
    this.crash(nodes[candidates[choice - 1]!]!);
    return true;
  }

  /** A crash inside a step as a choice of an ordered run: some outputs have left, the others never will. */
  mayStopShort(node: SimulatedNode): void {
    if (this.#crashesLeft === 0 || node.outputsLeft === 0 || !this.#canCrash(node)) return;
    if (!this.#world.input.choices.chance("stops short", node.id, this.#world.recorder.events, 0.5)) return;
    this.#crashesLeft--;
    node.outputsLeft = 0;
  }

  #canCrash(node: SimulatedNode): boolean {
    const { candidates } = this.#world.input.setup.faults ?? {};
    return node.up && node.behaviour === null && (candidates === undefined || candidates.includes(node.id));
  }

  /**
   * Faults are over. Of what is still down as much stays broken for ever as the scenario says it survives, the rest
   * recovers: progress must come from that core alone.
   */
  heal(): void {
    const { nodes, input } = this.#world;
    this.#world.healed = true;
    this.#network.heal();
    let mayStayDown = (input.setup.f ?? 0) - nodes.filter(({ behaviour }) => behaviour !== null).length;
    for (const node of nodes) {
      node.outputsLeft = -1;
      if (node.up || node.stopped) continue;
      if (mayStayDown > 0 && input.choices.chance("stays down", node.id, 0, 0.5)) {
        mayStayDown--;
        this.#stop(node);
      } else this.recover(node);
    }
    if (mayStayDown > 0 && input.setup.faults?.deafens === true) this.#mayDeafen();
  }

  /** One of those that are up hears nobody from now on, though it is heard. */
  #mayDeafen(): void {
    const { nodes, input, recorder, agenda, workload } = this.#world;
    const candidates = nodes.filter(({ up, behaviour }) => up && behaviour === null).map(({ id }) => id);
    const choice = input.choices.below("deaf for good", 0, 0, 2 * candidates.length);
    const victim = candidates[choice - candidates.length];
    if (victim === undefined) return;
    recorder.strike("deaf for good");
    nodes[victim]!.deaf = true;
    workload.abandoned(victim);
    const others = nodes.map(({ id }) => id).filter((id) => id !== victim);
    const at = agenda.now / microseconds;
    this.#network.partition({ kind: "partition", at, until: at, form: "one-way", left: others, right: [victim] }, 1);
  }

  /** Progress is owed only while no more nodes failed for good than the scenario says it survives. */
  get survivable(): boolean {
    const { nodes, input } = this.#world;
    return nodes.filter(({ up, behaviour, deaf }) => !up || deaf || behaviour !== null).length <= (input.setup.f ?? 0);
  }

  #stop(node: SimulatedNode): void {
    node.stopped = true;
    this.#world.workload.abandoned(node.id);
  }

  /** Draws how far the disk had come, and returns how many steps' writes are lost. */
  #loseUnsynced(node: SimulatedNode): number {
    const { input, recorder } = this.#world;
    const { unsynced } = node.disk;
    const kept =
      unsynced === 0 ? 0 : input.choices.below("unsynced frames that survive", node.id, node.incarnation, unsynced + 1);
    const next = node.disk.frameAt(kept);
    const separate = input.setup.faults?.writes === "separate" && next !== undefined && next.length > 1;
    const torn = separate ? input.choices.below("torn writes", node.id, node.incarnation, next.length) : 0;
    if (unsynced > kept) recorder.strike("unsynced write lost");
    if (torn > 0) recorder.strike("step torn apart");
    node.disk.crash(kept, torn);
    return unsynced - kept;
  }
}
