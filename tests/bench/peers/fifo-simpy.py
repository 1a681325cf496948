"""fifo-simpy - the model of tests/bench/fifo-model.h over the event core of SimPy.

	fifo-simpy.py KERNELS	prints "kernels/s simulated-ns"

Run by tests/bench/run where Debian's python3-simpy3 is installed.  Callbacks, not
processes: that is the fastest way to use SimPy's core.
"""
import sys
import time

import simpy

TENANTS, SMS, MASK = 8, 132, (1 << 64) - 1


class Tenant:
    __slots__ = ("numbers", "length_ns", "width_sms")


class Model:
    def __init__(self, kernels):
        self.env = simpy.Environment()
        self.done = self.env.event()
        self.queue, self.free_sms, self.left = [], SMS, kernels
        for i in range(TENANTS):
            tenant = Tenant()
            tenant.numbers = i + 1
            self.next_kernel(tenant)

    def next_kernel(self, tenant):
        tenant.numbers = x = (tenant.numbers + 0x9E3779B97F4A7C15) & MASK
        x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
        x ^= x >> 31
        tenant.length_ns = 2000 + (x >> 14 & 0x1FFFF)
        tenant.width_sms = 1 + (x >> 32) % SMS
        self.env.timeout(x & 0x3FFF, tenant).callbacks.append(self.arrive)

    def dispatch(self):
        waiting = []
        for at, tenant in enumerate(self.queue):
            if not self.free_sms:
                waiting += self.queue[at:]
                break
            if tenant.width_sms > self.free_sms:
                waiting.append(tenant)
                continue
            self.free_sms -= tenant.width_sms
            self.env.timeout(tenant.length_ns, tenant).callbacks.append(self.end)
        self.queue = waiting

    def arrive(self, event):
        self.queue.append(event.value)
        self.dispatch()

    def end(self, event):
        self.free_sms += event.value.width_sms
        self.left -= 1
        if not self.left:
            self.done.succeed()
            return
        self.dispatch()
        self.next_kernel(event.value)


def main():
    kernels = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    start = time.process_time()
    model = Model(kernels)
    model.env.run(until=model.done)
    seconds = time.process_time() - start
    print(f"{kernels / seconds:.0f} {model.env.now}")


main()
