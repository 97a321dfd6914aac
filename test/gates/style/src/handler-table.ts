/** A long table of short handlers is no long function. */
export const table = (): object => ({
  handler0(): number {
    return 0;
  },
  handler1(): number {
    return 1;
  },
  handler2(): number {
    return 2;
  },
  handler3(): number {
    return 3;
  },
  handler4(): number {
    return 4;
  },
  handler5(): number {
    return 5;
  },
  handler6(): number {
    return 6;
  },
  handler7(): number {
    return 7;
  },
  handler8(): number {
    return 8;
  },
  handler9(): number {
    return 9;
  },
  handler10(): number {
    return 10;
  },
  handler11(): number {
    return 11;
  },
  handler12(): number {
    return 12;
  },
  handler13(): number {
    return 13;
  },
  handler14(): number {
    return 14;
  },
  handler15(): number {
    return 15;
  },
  handler16(): number {
    return 16;
  },
  handler17(): number {
    return 17;
  },
  handler18(): number {
    return 18;
  },
  handler19(): number {
    return 19;
  },
  handler20(): number {
    return 20;
  },
  handler21(): number {
    return 21;
  },
  handler22(): number {
    return 22;
  },
  handler23(): number {
    return 23;
  },
  handler24(): number {
    return 24;
  },
  handler25(): number {
    return 25;
  },
  handler26(): number {
    return 26;
  },
  handler27(): number {
    return 27;
  },
  handler28(): number {
    return 28;
  },
  handler29(): number {
    return 29;
  },
});
