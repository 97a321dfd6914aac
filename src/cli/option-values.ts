import { InvalidArgumentError } from "commander";

/** A whole number within a range, as an option's value. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    return value;
  };

/** A number of seconds. */
export const secondsOption = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 1_000_000)) throw new InvalidArgumentError("It is a number of seconds above 0.");
  return value;
};

/** Where somebody is reached, as people write it. */
export const addressOption = (text: string): string => {
  if (!/^(?:\[[0-9a-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/.test(text))
    throw new InvalidArgumentError("It is HOST:PORT, such as 10.0.0.4:7600 or [::1]:7600.");
  return text;
};

/** Settings by name. */
export interface Settings {
  readonly [name: string]: string;
}

/** `NAME=VALUE`, once for each parameter. */
export const setting = (text: string, before: Settings = {}): Settings => {
  const at = text.indexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError("It is NAME=VALUE, such as n=5.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
};

/** A value written as JSON; a bare word is text. */
export const jsonOption = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A list with commas, each part read by `one`. */
export const list =
  <T>(one: (text: string) => T) =>
  (text: string): readonly T[] => {
    const parts = text.split(",").map((part) => part.trim());
    if (parts.some((part) => part === "")) throw new InvalidArgumentError("It is a list with commas, such as a,b,c.");
    return parts.map((part) => one(part));
  };
