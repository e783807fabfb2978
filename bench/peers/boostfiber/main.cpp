// The micro-benchmarks on Boost.Fiber that it can do. ../../micro says what an op of each is.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/fiber/all.hpp>
#include <boost/fiber/algo/work_stealing.hpp>

namespace bf = boost::fibers;
using u64 = std::uint64_t;
using clk = std::chrono::steady_clock;
using chan = bf::buffered_channel<u64>;
using chan_ptr = std::shared_ptr<chan>;
using std::chrono::milliseconds;

static const std::chrono::seconds LONG{10};
static const std::size_t stack_bytes = bf::fixedsize_stack::traits_type::default_size();

// ---- measuring ----------------------------------------------------------------------------

static void die(const char *what)
{
    std::fprintf(stderr, "%s\n", what);
    std::exit(2);
}

static void check(const char *what, u64 got, u64 want)
{
    if (got != want) {
        std::fprintf(stderr, "%s: wrong result %" PRIu64 ", expected %" PRIu64 "\n", what, got, want);
        std::exit(2);
    }
}

struct usage {
    u64 cpu, faults;
};

static usage used()
{
    rusage ru;
    if (getrusage(RUSAGE_SELF, &ru) != 0)
        die("getrusage");
    auto ns = [](timeval t) { return u64(t.tv_sec) * 1000000000u + u64(t.tv_usec) * 1000u; };
    return {ns(ru.ru_utime) + ns(ru.ru_stime), u64(ru.ru_minflt)};
}

// A field of /proc/self/status in KiB: VmHWM is the peak, VmRSS the present resident size.
static u64 status_kib(const char *field)
{
    std::ifstream in("/proc/self/status");
    std::string line;
    while (std::getline(in, line))
        if (line.rfind(field, 0) == 0)
            return std::strtoull(line.c_str() + std::strlen(field), nullptr, 10);
    die("/proc/self/status");
    return 0;
}

struct outcome {
    u64 wall = 0, cpu = 0, faults = 0;
};

class meter {
    usage u0 = used();
    clk::time_point t0 = clk::now();

public:
    void stop(outcome &o) const
    {
        o.wall += std::chrono::duration_cast<std::chrono::nanoseconds>(clk::now() - t0).count();
        usage u = used();
        o.cpu += u.cpu - u0.cpu;
        o.faults += u.faults - u0.faults;
    }
};

// The sum 0 + 1 + ... + n-1.
static u64 tri(u64 n) { return n ? n * (n - 1) / 2 : 0; }

// ---- tasks --------------------------------------------------------------------------------

template <class F> static bf::fiber spawn(F f)
{
    return bf::fiber(bf::launch::post, std::allocator_arg, bf::fixedsize_stack(stack_bytes), std::move(f));
}

struct latch {
    std::atomic<u64> left;
    bf::mutex mu;
    bf::condition_variable cv;
    bool done = false;

    explicit latch(u64 n) : left(n) {}
    void down()
    {
        if (left.fetch_sub(1) == 1) {
            std::lock_guard<bf::mutex> g(mu);
            done = true;
            cv.notify_all();
        }
    }
    void wait()
    {
        std::unique_lock<bf::mutex> g(mu);
        cv.wait(g, [this] { return done; });
    }
};

static void spawn_join(u64 n)
{
    std::vector<bf::fiber> fibers;
    u64 slots[1000], sum = 0;
    for (u64 next = 0; next < n;) {
        u64 end = std::min(next + 1000, n);
        fibers.clear();
        for (u64 i = next; i < end; i++) {
            u64 *slot = &slots[i - next];
            fibers.push_back(spawn([slot, i] { *slot = i; }));
        }
        for (auto &f : fibers)
            f.join();
        for (u64 i = next; i < end; i++)
            sum += slots[i - next];
        next = end;
    }
    check("spawn_join", sum, tri(n));
}

static void spawn_detached_latch(u64 n)
{
    auto l = std::make_shared<latch>(n);
    for (u64 i = 0; i < n; i++)
        spawn([l] { l->down(); }).detach();
    l->wait();
    check("spawn_detached_latch", l->left, 0);
}

static void yielders(u64 tasks, u64 n)
{
    std::vector<bf::fiber> fibers;
    std::vector<u64> counts(tasks);
    for (u64 t = 0; t < tasks; t++) {
        u64 *out = &counts[t];
        fibers.push_back(spawn([out, rounds = n / tasks] {
            u64 count = 0;
            for (u64 i = 0; i < rounds; i++) {
                boost::this_fiber::yield();
                count++;
            }
            *out = count;
        }));
    }
    for (auto &f : fibers)
        f.join();
    u64 sum = 0;
    for (u64 c : counts)
        sum += c;
    check("yield", sum, n / tasks * tasks);
}

static void chain_link(u64 depth, std::shared_ptr<bf::promise<u64>> done)
{
    spawn([depth, done] {
        if (depth == 1)
            done->set_value(1);
        else
            chain_link(depth - 1, done);
    }).detach();
}

static void chain(u64 n)
{
    u64 sum = 0;
    for (u64 i = 0; i < n / 1000; i++) {
        auto p = std::make_shared<bf::promise<u64>>();
        auto f = p->get_future();
        chain_link(1000, std::move(p));
        sum += f.get();
    }
    check("chain", sum, n / 1000);
}

static void skynet_node(chan_ptr up, u64 first, u64 size)
{
    spawn([up, first, size] {
        u64 sum = first;
        if (size > 1) {
            auto c = std::make_shared<chan>(16);
            for (u64 i = 0; i < 10; i++)
                skynet_node(c, first + i * (size / 10), size / 10);
            sum = 0;
            for (u64 i = 0; i < 10; i++)
                sum += c->value_pop();
        }
        up->push(sum);
    }).detach();
}

// Trees of 10,000 leaves.
static void skynet(u64 n)
{
    for (u64 i = 0; i < n / 10000; i++) {
        auto c = std::make_shared<chan>(2);
        skynet_node(c, 0, 10000);
        check("skynet", c->value_pop(), tri(10000));
    }
}

// ---- channels (a buffered_channel of 2^k holds 2^k - 1 values) ------------------------------

static void ping_pong(u64 n)
{
    auto ping = std::make_shared<chan>(2), pong = std::make_shared<chan>(2);
    bf::fiber echo = spawn([ping, pong] {
        u64 v;
        while (ping->pop(v) == bf::channel_op_status::success)
            pong->push(v + 1);
    });
    u64 v = 0;
    bf::fiber asker = spawn([ping, pong, n, &v] {
        for (u64 i = 0; i < n; i++) {
            ping->push(v);
            v = pong->value_pop();
        }
        ping->close();
    });
    asker.join();
    echo.join();
    check("ping_pong", v, n);
}

// ---- time ---------------------------------------------------------------------------------

static void timeout_churn(u64 n)
{
    auto ping = std::make_shared<chan>(2), pong = std::make_shared<chan>(2);
    bf::fiber echo = spawn([ping, pong] {
        u64 v;
        while (ping->pop(v) == bf::channel_op_status::success)
            pong->push(v + 1);
    });
    u64 v = 0;
    for (u64 i = 0; i < n; i++) {
        ping->push(v);
        if (pong->pop_wait_for(v, LONG) != bf::channel_op_status::success)
            die("timeout_churn: timed out");
    }
    ping->close();
    echo.join();
    check("timeout_churn", v, n);
}

// ---- command line ---------------------------------------------------------------------------

struct workload {
    const char *name;
    std::function<void(u64)> run;
};

static const std::vector<workload> workloads = {
    {"spawn_join", spawn_join},
    {"spawn_detached_latch", spawn_detached_latch},
    {"chain", chain},
    {"skynet", skynet},
    {"yield1", [](u64 n) { yielders(1, n); }},
    {"yield1000", [](u64 n) { yielders(1000, n); }},
    {"ping_pong", ping_pong},
    {"timeout_churn", timeout_churn},
};

static void show_usage()
{
    std::fprintf(stderr, "usage: bench-boostfiber NAME [threads=1] [ops=100000] [repeat=5] [warm_ms=1000]\n");
    for (auto &w : workloads)
        std::fprintf(stderr, "  %s\n", w.name);
    std::exit(64);
}

static void measure(const workload &w, std::map<std::string, u64> opt)
{
    u64 n = opt["ops"];
    auto end = clk::now() + milliseconds(opt["warm_ms"]);
    while (clk::now() < end)
        w.run(n);
    for (u64 i = 0; i < opt["repeat"]; i++) {
        outcome o;
        meter m;
        w.run(n);
        m.stop(o);
        std::printf("%s\tboostfiber\t%" PRIu64 "\t%" PRIu64 "\t%.1f\t%.1f\t%" PRIu64 "\tfaults_per_op=%.3f\n",
                    w.name, opt["threads"], n, double(o.wall) / n, double(o.cpu) / n, status_kib("VmHWM:"),
                    double(o.faults) / n);
        std::fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    std::map<std::string, u64> opt = {{"threads", 1}, {"ops", 100000}, {"repeat", 5}, {"warm_ms", 1000}};
    const workload *w = nullptr;
    for (auto &c : workloads)
        if (argc > 1 && std::strcmp(c.name, argv[1]) == 0)
            w = &c;
    if (!w)
        show_usage();
    for (int i = 2; i < argc; i++) {
        const char *eq = std::strchr(argv[i], '=');
        std::string key = eq ? std::string(argv[i], eq - argv[i]) : "";
        if (!opt.count(key))
            show_usage();
        opt[key] = std::strtoull(eq + 1, nullptr, 10);
    }
    // With several threads each runs the work-stealing scheduler, whose idle threads spin.
    u64 threads = opt["threads"];
    bf::mutex mu;
    bf::condition_variable_any cv;
    bool over = false;
    std::vector<std::thread> others;
    for (u64 t = 1; t < threads; t++)
        others.emplace_back([&] {
            bf::use_scheduling_algorithm<bf::algo::work_stealing>(std::uint32_t(threads), false);
            std::unique_lock<bf::mutex> g(mu);
            cv.wait(g, [&] { return over; });
        });
    if (threads > 1)
        bf::use_scheduling_algorithm<bf::algo::work_stealing>(std::uint32_t(threads), false);

    // The root runs as a fiber of its own: the main fiber can't move between threads.
    spawn([&] { measure(*w, opt); }).join();
    std::_Exit(0);
}
