/*
 * fifo-ns3 - the model of tests/bench/fifo-model.h over the event core of ns-3.
 *
 *	fifo-ns3 KERNELS	prints "kernels/s simulated-ns"
 *
 * Built by tests/bench/run where libns3-dev is installed, and only there; never linked
 * with cotenant nor installed.  The queue of events is ns-3's fastest for this load.
 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>

#include "ns3/core-module.h"

namespace
{

const unsigned TENANTS = 8, SMS = 132;

struct Tenant
{
	uint64_t numbers;
	int64_t length_ns;
	unsigned width_sms;
};

Tenant tenant[TENANTS];
std::deque<Tenant *> queue;
unsigned free_sms = SMS;
uint64_t left;

void Arrive(Tenant *t);
void End(Tenant *t);

uint64_t Draw(uint64_t &state)
{
	uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

void NextKernel(Tenant *t)
{
	uint64_t number = Draw(t->numbers);

	t->length_ns = 2000 + static_cast<int64_t>(number >> 14 & 0x1ffff);
	t->width_sms = 1 + static_cast<unsigned>((number >> 32) % SMS);
	ns3::Simulator::Schedule(ns3::NanoSeconds(number & 0x3fff), &Arrive, t);
}

void Dispatch()
{
	for (auto i = queue.begin(); i != queue.end() && free_sms;) {
		Tenant *t = *i;

		if (t->width_sms > free_sms) {
			++i;
			continue;
		}
		i = queue.erase(i);
		free_sms -= t->width_sms;
		ns3::Simulator::Schedule(ns3::NanoSeconds(t->length_ns), &End, t);
	}
}

void Arrive(Tenant *t)
{
	queue.push_back(t);
	Dispatch();
}

void End(Tenant *t)
{
	free_sms += t->width_sms;
	if (--left == 0) {
		ns3::Simulator::Stop();
		return;
	}
	Dispatch();
	NextKernel(t);
}

double Seconds()
{
	timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

} // namespace

int main(int argc, char **argv)
{
	const uint64_t kernels = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
	double start;

	ns3::GlobalValue::Bind("SchedulerType",
			       ns3::TypeIdValue(ns3::TypeId::LookupByName(
				       "ns3::PriorityQueueScheduler")));
	left = kernels;
	start = Seconds();
	for (unsigned i = 0; i < TENANTS; i++) {
		tenant[i].numbers = i + 1;
		NextKernel(&tenant[i]);
	}
	ns3::Simulator::Run();
	start = Seconds() - start;
	std::printf("%.0f %lld\n", static_cast<double>(kernels) / start,
		    static_cast<long long>(ns3::Simulator::Now().GetNanoSeconds()));
	ns3::Simulator::Destroy();
	return 0;
}
