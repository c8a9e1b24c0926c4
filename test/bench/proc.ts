import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';

/** Length of a tick of `/proc/<pid>/stat` in microseconds; 100 ticks a second on nearly every Linux. */
const TICK_MICROS = 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of a process so far, user and system, all threads, in microseconds; counted in ticks. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The program's name stands in brackets and may hold blanks; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** Time on a CPU so far in microseconds, exact to the nanosecond where the kernel keeps it: for a process that hardly runs. */
export function fineCpuMicros(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]) / 1000)
      .reduce((sum, micros) => sum + micros, 0);
  } catch {
    return cpuMicros(pid);
  }
}

/** Resident memory of a process in KiB. */
export function residentKiB(pid: number): number {
  return statusKiB(pid, 'VmRSS');
}

/** The most memory that was resident since {@link forgetPeak}, or since the start where that is not allowed, in KiB. */
export function peakKiB(pid: number): number {
  return statusKiB(pid, 'VmHWM');
}

/** Lets the peak begin anew. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // The peak then stays that of the whole life, for every contestant alike.
  }
}

/** Open sockets of a process; its other files come and go for reasons of their own. */
export function openSockets(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((file) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${file}`).startsWith('socket:');
    } catch {
      // Closed in the meantime.
      return false;
    }
  }).length;
}

/** The CPUs this process may run on. */
export function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function statusKiB(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}
