import { expect, it } from "vitest";
import { keyValueMachine, type StateMachine } from "../machines/index.ts";
import { watchedMachine } from "./watched-machine.ts";

it("a watched machine lacks nothing that the machine has", () => {
  const machine: Required<StateMachine<unknown, unknown, unknown, unknown, unknown>> = {
    ...(keyValueMachine() as Required<StateMachine<unknown, unknown, unknown, unknown, unknown>>),
  };
  const watched = watchedMachine(machine, () => undefined);
  expect(Object.keys(watched).sort()).toEqual(Object.keys(machine).sort());
  const values = ({ name, version, keepsNoBytes, setting, answersArePlain }: typeof watched) => [
    name,
    version,
    keepsNoBytes,
    setting,
    answersArePlain,
  ];
  expect(values(watched)).toEqual(values(machine));
});
