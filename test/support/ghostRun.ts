import { Board, type Permit } from '../../server/circuits/board.ts';
import type { Settlement } from '../../server/core/circuit/settle.ts';
import type { Act, StoredCircuit } from '../../server/core/circuit/types.ts';
import type { GhostSettings } from '../../server/core/ghost.ts';
import { providerNamed } from './breaker.ts';
import type { Command, Variant } from './breakerCommands.ts';
import { FakeClock } from './fakeClock.ts';

const NAMES = ['a', 'b'];
const DRAW = 0.5;

/** A board of two providers that have ghosts, through commands at random; its timers are on time. */
export class GhostRun {
  board: Board;
  private clock = new FakeClock();
  private readonly variant: Variant;
  private readonly ghosts: readonly GhostSettings[];
  private readonly stored = new Map<string, StoredCircuit>();
  private out: Permit[] = [];
  private attempts = 0;

  constructor(variant: Variant, ghosts: readonly GhostSettings[]) {
    this.variant = variant;
    this.ghosts = ghosts;
    this.board = this.start();
  }

  step(command: Command): void {
    const { board, clock } = this;
    switch (command.do) {
      case 'acquire':
        this.acquire(command.at, command.leaseMs, command.heedRamp);
        break;
      case 'last':
        this.keep(board.acquireLast(NAMES, { leaseMs: command.leaseMs, onEvacuate: () => {} })?.permit);
        break;
      case 'ping':
        this.keep(board.acquirePing(name(command.at), { leaseMs: command.leaseMs, onEvacuate: () => {} }));
        break;
      case 'recovered':
        board.recovered(name(command.at), this.epoch(command.at) - (command.stale ? 1 : 0), 'itself');
        break;
      case 'answered':
        this.withOut(command.which, (permit) => board.answered(permit));
        break;
      case 'settle':
        this.withOut(command.which, (permit) => this.settle(permit, command.seen));
        break;
      case 'burst':
        for (let call = 0; call < command.count; call += 1) this.burst(command.at, command.seen);
        break;
      case 'advance':
        clock.advance(command.ms);
        break;
      case 'approach':
        this.approach(command.at, command.besideMs);
        break;
      case 'jump':
        clock.jumpWall(command.ms);
        break;
      case 'restart':
        this.restart(command.downMs);
        break;
      // A process that stood still fires its timers late; a ghost knows only when they should have.
      case 'stall':
        break;
      default:
        this.act(command);
    }
  }

  private acquire(at: number, leaseMs: number, heedRamp: boolean): void {
    const ramp = heedRamp ? 'heed' : 'ignore';
    this.keep(this.board.acquire(name(at), { leaseMs, onEvacuate: () => {}, ramp }).permit);
  }

  private burst(at: number, seen: Settlement): void {
    const before = this.out.length;
    this.acquire(at, 9_000.25, false);
    const permit = this.out[before];
    if (permit) this.settle(permit, seen);
  }

  private settle(permit: Permit, seen: Settlement): void {
    this.attempts += 1;
    this.board.settle(permit, 'attempt' in seen ? { ...seen, attempt: `r${this.attempts}/0` } : seen);
    this.out = this.out.filter((other) => other !== permit);
  }

  private approach(at: number, besideMs: number): void {
    const until = this.board.look(name(at))?.until ?? null;
    if (until !== null) this.clock.advance(Math.max(0, until - this.clock.wall() + besideMs));
  }

  private act(command: Extract<Command, { do: 'trip' | 'hold' | 'reset' | 'release' }>): void {
    const base = { provider: name(command.at), by: 'ana', reason: 'because' };
    const acts: Record<typeof command.do, () => Act> = {
      trip: () => ({ ...base, type: 'trip', forMs: 'forMs' in command ? command.forMs : null }),
      hold: () => ({ ...base, type: 'hold', forMs: 'forMs' in command ? (command.forMs ?? 1) : 1 }),
      reset: () => ({ ...base, type: 'reset', to: 'to' in command ? command.to : 'closed' }),
      release: () => ({ ...base, type: 'release' }),
    };
    this.board.act(acts[command.do]());
  }

  private restart(downMs: number): void {
    this.out = [];
    this.clock = new FakeClock(this.clock.wall() + downMs);
    this.board = this.start();
    // What fell due while it was down.
    this.clock.advance(0);
  }

  private start(): Board {
    const { variant, clock, ghosts } = this;
    const board = new Board({
      node: 'n',
      providers: NAMES.map((name) => ({ ...providerNamed(name, variant.settings, variant.concurrency), ghosts })),
      chains: [],
      clock,
      random: () => DRAW,
      restored: { circuits: [...this.stored.values()], lastSeq: 0 },
      onListenerError: (error) => {
        throw error;
      },
    });
    board.onTransition((event, stored) => void this.stored.set(event.provider, structuredClone(stored)));
    return board;
  }

  private keep(permit: Permit | undefined): void {
    if (permit) this.out.push(permit);
  }

  private withOut(which: number, run: (permit: Permit) => void): void {
    const permit = this.out.at(-1 - (which % Math.max(1, this.out.length)));
    if (permit) run(permit);
  }

  private epoch(at: number): number {
    return this.board.look(name(at))?.epoch ?? 0;
  }
}

function name(at: number): string {
  return NAMES[at % NAMES.length] ?? '';
}
