import { deepStrictEqual } from 'node:assert/strict';
import type { AcquireOptions, Board, BoardDeps, Permit } from '../../server/circuits/board.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { Act, CircuitEvent, StoredCircuit } from '../../server/core/circuit/types.ts';
import { providerNamed } from './breaker.ts';
import { BreakerClock } from './breakerClock.ts';
import type { Command, Variant } from './breakerCommands.ts';
import type { Kept, ModelWorld, Token } from './breakerModel.ts';
import { sameCircuit, sameEvent, sameWait } from './breakerSame.ts';
import { lastStanding, Twin } from './breakerTwin.ts';

/** What a run asks of a board, so that a broken one can stand in for it. */
export type BoardLike = Pick<
  Board,
  | 'acquire'
  | 'acquireLast'
  | 'acquirePing'
  | 'answered'
  | 'settle'
  | 'recovered'
  | 'retryAfterMs'
  | 'look'
  | 'act'
  | 'onTransition'
>;
export type MakeBoard = (deps: BoardDeps) => BoardLike;

type ByHand = Extract<Command, { do: 'trip' | 'hold' | 'reset' | 'release' }>;

interface Out {
  permit: Permit;
  twin: Twin;
  token: Token;
  evacuated: boolean;
}

const NAMES = ['a', 'b'];
const NO_PERMIT: Permit = { provider: '', kind: 'closed', state: 'closed', epoch: 0 };
const DRAW = 0.5;

/** A board and its twin side by side: whatever is done is done to both, and they must tell the same. */
export class BreakerRun {
  /** What was done in which state, for a look at what a run has reached. */
  readonly seen = new Set<string>();
  private readonly clock = new BreakerClock();
  private readonly make: MakeBoard;
  private readonly variant: Variant;
  private board: BoardLike;
  private twins: Twin[] = [];
  private out: Out[] = [];
  private events: { event: CircuitEvent; stored: StoredCircuit; kept: Kept }[] = [];
  private fresh: { event: CircuitEvent; stored: StoredCircuit }[] = [];

  constructor(variant: Variant, make: MakeBoard) {
    this.variant = variant;
    this.make = make;
    this.board = this.start();
  }

  /** Does it to both and compares; throws where they differ. */
  step(command: Command): void {
    const at = 'at' in command ? command.at : 0;
    const { shown, automatic } = this.twin(at);
    this.seen.add(`${command.do} ${shown}`).add(`${command.do} ${shown}/${automatic}`);
    this.perform(command);
    this.compare();
  }

  private perform(command: Command): void {
    if (command.do === 'acquire') this.acquire(command.at, command.leaseMs, command.heedRamp);
    else if (command.do === 'last') this.acquireLast(command.leaseMs);
    else if (command.do === 'ping') this.ping(command.at, command.leaseMs);
    else if (command.do === 'recovered') this.recovered(command.at, command.stale);
    else if (command.do === 'answered') this.withOut(command.which, (out) => this.answered(out));
    else if (command.do === 'settle') this.withOut(command.which, (out) => this.settle(out, command.seen));
    else if (command.do === 'burst') this.burst(command);
    else if (command.do === 'restart') this.restart(command.lost, command.downMs);
    else if (command.do === 'jump') this.clock.jumpWall(command.ms);
    else if (command.do === 'stall') this.clock.stall(command.ms);
    else if (command.do === 'advance') this.advance(command.ms);
    else if (command.do === 'approach') this.approach(command.at, command.besideMs);
    else this.act(command);
  }

  private approach(at: number, besideMs: number): void {
    const next = this.twin(at).nextStep();
    if (next !== null) this.advance(Math.max(0, next + besideMs - this.clock.now()));
  }

  private ping(at: number, leaseMs: number): void {
    const out = this.note(this.twin(at), this.twin(at).ping(leaseMs));
    out.permit = this.board.acquirePing(this.name(at), this.options(out, leaseMs));
    this.samePermit(out);
  }

  private recovered(at: number, stale: boolean): void {
    const epoch = this.twin(at).epoch - (stale ? 1 : 0);
    this.twin(at).recovered(epoch);
    this.board.recovered(this.name(at), epoch, 'itself');
  }

  /** The twins are taken through the moments in between, one by one. */
  private advance(ms: number): void {
    const end = this.clock.now() + ms;
    for (;;) {
      const due = this.twins.map((twin) => twin.nextStep()).filter((at): at is number => at !== null && at <= end);
      if (due.length === 0) break;
      this.clock.advance(Math.max(0, Math.min(...due) - this.clock.now()));
      for (const twin of this.twins) twin.tick();
    }
    this.clock.advance(end - this.clock.now());
  }

  private acquire(at: number, leaseMs: number, heedRamp: boolean): void {
    const twin = this.twin(at);
    const expected = twin.acquire(leaseMs, heedRamp);
    const out = typeof expected === 'string' ? null : this.note(twin, expected);
    const options: AcquireOptions = { ...this.options(out, leaseMs), ramp: heedRamp ? 'heed' : 'ignore' };
    const { permit, refusal } = this.board.acquire(this.name(at), options);
    deepStrictEqual(refusal?.reason ?? permit?.kind, typeof expected === 'string' ? expected : expected.kind);
    if (refusal) {
      const { state, epoch, retryMs, ownRetryMs } = refusal;
      const expectedWaits = [twin.retryMs(true), twin.retryMs(false)];
      deepStrictEqual([state, epoch, retryMs, ownRetryMs], [twin.shown, twin.epoch, ...expectedWaits]);
    }
    if (!out || !permit) return;
    out.permit = permit;
    this.samePermit(out);
  }

  private acquireLast(leaseMs: number): void {
    const last = lastStanding(this.twins);
    const token = last?.force(leaseMs) ?? null;
    const out = last && token ? this.note(last, token) : null;
    const found = this.board.acquireLast(NAMES, this.options(out, leaseMs));
    deepStrictEqual(found?.permit.provider ?? null, out ? this.name(this.twins.indexOf(out.twin)) : null);
    if (!out || !found) return;
    out.permit = found.permit;
    this.samePermit(out);
  }

  private answered(out: Out): void {
    out.twin.answered(out.token);
    this.board.answered(out.permit);
  }

  /** Twice: the second one must change nothing. */
  private settle(out: Out, seen: Settlement): void {
    const named: Settlement = 'attempt' in seen ? { ...seen, attempt: `r${this.events.length}/0` } : seen;
    out.twin.settle(out.token, named);
    this.board.settle(out.permit, named);
    this.board.settle(out.permit, { result: 'success' });
    this.out = this.out.filter((other) => other !== out);
  }

  private burst({ at, count, seen }: Extract<Command, { do: 'burst' }>): void {
    for (let call = 0; call < count; call += 1) {
      const before = this.out.length;
      this.acquire(at, 9_000.25, false);
      const out = this.out[before];
      if (out) this.settle(out, seen);
    }
  }

  private act(command: ByHand): void {
    const twin = this.twin(command.at);
    twin.catchUp();
    const asked = this.asked(command);
    const result = this.board.act(asked);
    const code = result.ok ? 'ok' : result.code;
    if (asked.epoch !== undefined && asked.epoch !== twin.epoch) deepStrictEqual(code, 'conflict');
    else if (command.do === 'release') deepStrictEqual(code, twin.release() ? 'ok' : 'idle');
    else {
      deepStrictEqual(code, 'ok');
      if (command.do === 'trip') twin.trip(command.forMs);
      else if (command.do === 'hold') twin.hold(command.forMs);
      else twin.reset(command.to);
    }
  }

  private asked(command: ByHand): Act {
    const { epoch } = this.twin(command.at);
    const base = { provider: this.name(command.at), by: 'ana', reason: 'because' };
    if (command.do === 'hold') return { ...base, type: 'hold', forMs: command.forMs, epoch };
    if (command.do === 'reset') return { ...base, type: 'reset', to: command.to };
    if (command.do === 'release') return { ...base, type: 'release', epoch };
    const looking = { right: epoch, old: epoch - 1, none: undefined }[command.epoch];
    return { ...base, type: 'trip', forMs: command.forMs, epoch: looking };
  }

  /** A new process from what the record holds. What was done by hand is never lost: it is on disk before it is acknowledged. */
  private restart(lost: number, downMs: number): void {
    for (let gone = 0; gone < lost; gone += 1) {
      const last = this.events.at(-1);
      if (last && last.event.by === 'itself') this.events.pop();
    }
    this.clock.restart(downMs);
    this.out = [];
    this.board = this.start();
  }

  private start(): BoardLike {
    const { clock, variant } = this;
    const kept = new Map(this.events.map(({ event, kept }) => [event.provider, kept]));
    const stored = new Map(this.events.map(({ stored }) => [stored.provider, structuredClone(stored)]));
    const world: ModelWorld = {
      ...variant,
      draw: DRAW,
      now: () => clock.now(),
      wall: () => clock.wall(),
      charged: new Map(),
    };
    this.twins = NAMES.map((name) => new Twin(world, kept.get(name) ?? null));
    const board = this.make({
      node: 'n',
      providers: NAMES.map((name) => providerNamed(name, variant.settings, variant.concurrency)),
      chains: [],
      clock,
      random: () => DRAW,
      restored: { circuits: [...stored.values()], lastSeq: this.events.at(-1)?.event.seq ?? 0 },
      onListenerError: (error) => {
        throw error;
      },
    });
    board.onTransition((event, stored) => void this.fresh.push({ event, stored }));
    return board;
  }

  private compare(): void {
    for (const { event, stored } of this.fresh.splice(0)) {
      const told = this.twin(NAMES.indexOf(event.provider)).told.shift();
      const kept = sameEvent(event, told, this.events.at(-1)?.event.seq ?? 0);
      this.events.push({ event, stored, kept });
    }
    for (const [index, twin] of this.twins.entries()) {
      deepStrictEqual(twin.told, [], 'a transition that nobody was told of');
      sameCircuit(this.board.look(this.name(index)), twin);
    }
    for (const out of this.out) deepStrictEqual(out.evacuated, out.token.evacuated, 'evacuated');
    sameWait(this.board.retryAfterMs(NAMES), this.twins);
  }

  private twin(at: number): Twin {
    const twin = this.twins[at % this.twins.length];
    if (!twin) throw new Error('no twin');
    return twin;
  }

  private name(at: number): string {
    return NAMES[at % NAMES.length] ?? '';
  }

  /** A permit that the board is about to give for `token`. */
  private note(twin: Twin, token: Token): Out {
    const out: Out = { permit: NO_PERMIT, twin, token, evacuated: false };
    this.out.push(out);
    return out;
  }

  private options(out: Out | null, leaseMs: number): AcquireOptions {
    const onEvacuate = (): void => {
      deepStrictEqual(out?.evacuated, false, 'told to move on twice');
      if (out) out.evacuated = true;
    };
    return { leaseMs, onEvacuate };
  }

  private samePermit({ permit, twin, token }: Out): void {
    const { kind, epoch, state } = permit;
    deepStrictEqual({ kind, epoch, state }, { kind: token.kind, epoch: token.epoch, state: twin.shown });
  }

  private withOut(which: number, run: (out: Out) => void): void {
    const out = this.out.at(-1 - (which % Math.max(1, this.out.length)));
    if (out) run(out);
  }
}
