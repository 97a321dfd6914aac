import {
  type Answer,
  type AnyBound,
  type ChannelTable,
  type DiskImage,
  type DurableNotice,
  type Frame,
  type Message,
  NodeMachine,
  type Output,
  OutputGate,
  programOf,
  type TimerBox,
} from "../../src/model/index.ts";

/** A host moved by hand: a test decides when a sync ends, when a timer fires, what is delivered. */
export interface ManualHost {
  readonly machine: NodeMachine;
  readonly gate: OutputGate;
  readonly channels: ChannelTable;
  readonly messages: Message[];
  readonly answers: Answer[];
  readonly notices: DurableNotice[];
  readonly frames: { readonly frame: Frame; readonly position: number }[];
  readonly armed: TimerBox[];
  readonly notes: string[];
  settledWanted: number;
  /** Delivers a message from another node on the channel of that name. */
  deliver(channel: string, from: number, body: unknown, keys?: readonly number[]): boolean;
}

/** Puts a stack on a host moved by hand; it is not booted. */
export const manualHost = (
  stack: AnyBound,
  {
    self = 0,
    nodes = [0, 1, 2],
    disk = new Map(),
    freeze = false,
    incarnation = 0,
    restoring = false,
  }: {
    self?: number;
    nodes?: readonly number[];
    disk?: DiskImage;
    freeze?: boolean;
    incarnation?: number;
    restoring?: boolean;
  } = {},
): ManualHost => {
  const program = programOf(stack);
  const messages: Message[] = [];
  const answers: Answer[] = [];
  const notices: DurableNotice[] = [];
  const frames: { readonly frame: Frame; readonly position: number }[] = [];
  const armed: TimerBox[] = [];
  const notes: string[] = [];
  const leave = (output: Output): void => {
    if (output.kind === "message") messages.push(output);
    else if (output.kind === "answer") answers.push(output);
    else notices.push(output);
  };
  const gate = new OutputGate(leave);
  const host: ManualHost = {
    machine: new NodeMachine(
      program,
      {
        write: (frame, position) => frames.push({ frame, position }),
        arm: (box) => {
          box.armed = true;
          armed.push(box);
        },
        disarm: (box) => {
          box.armed = false;
          armed.splice(armed.indexOf(box), 1);
        },
        wantSettled: () => {
          host.settledWanted++;
        },
        clock: () => 42,
        random: () => 0,
        sign: (body) => ({ signer: self, body }),
        verify: () => true,
        note: (path, text) => notes.push(`${path}: ${text}`),
      },
      { self, nodes, incarnation, disk, gate, freeze, restoring },
    ),
    gate,
    channels: program.channels,
    messages,
    answers,
    notices,
    frames,
    armed,
    notes,
    settledWanted: 0,
    deliver: (channel, from, body, keys) =>
      host.machine.deliver({
        kind: "message",
        from,
        to: self,
        channel: program.channels.numberOf(channel),
        keys: keys ?? null,
        body,
        due: 0,
        order: 0,
        event: 0,
      }),
  };
  return host;
};
