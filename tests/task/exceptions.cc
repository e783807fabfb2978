/* exceptions.cc: C++ code in tasks: exceptions thrown and caught within one task, waits in between. */
#include <edo.h>

#include <cxxabi.h>
#include <stdexcept>
#include <string>

#include "task/exceptions.h"

namespace
{

struct counted {
    int *count;
    ~counted()
    {
        ++*count;
    }
};

int throw_after_waits(int depth, int *unwound)
{
    counted here{unwound};

    if (edo_yield() < 0)
        throw std::runtime_error("cut short");
    if (depth > 0)
        return throw_after_waits(depth - 1, unwound);
    if (edo_sleep(EDO_MILLIS(1)) < 0)
        throw std::runtime_error("cut short");
    throw std::string("at the bottom");
}

} // namespace

extern "C" int catch_across_waits(void *arg)
{
    auto *rounds = static_cast<int *>(arg);

    for (int i = 0; i < 20; i++) {
        int unwound = 0;
        std::string said;
        try {
            throw_after_waits(5, &unwound);
        } catch (const std::string &what) {
            said = what;
        }
        if (edo_yield() < 0 || unwound != 6 || said != "at the bottom")
            return -1;
        ++*rounds;
    }
    return 0;
}

extern "C" int unwind_a_cancelled_task(void *arg)
{
    auto *unwound = static_cast<int *>(arg);

    try {
        EDO_WITHIN(EDO_SECONDS(1000))
        throw_after_waits(3, unwound);
    } catch (const std::runtime_error &) {
        return edo_yield(); /* the scope was left with the block */
    } catch (const std::string &) {
        return 1;
    }
    return 2;
}

static int throw_it(void *, void *)
{
    throw 7;
}

static void count_value(void *value)
{
    ++*static_cast<int *>(value);
}

extern "C" int throw_out_of_a_borrow(void *arg)
{
    static edo_task_local key{};

    key.destroy = count_value;
    try {
        edo_task_binding binding EDO_CLEANUP(edo_task_binding_leave) = edo_task_bind(&key, arg);
        if (edo_task_binding_enter(&binding) < 0)
            return 1;
        edo_task_local_with(&key, throw_it, nullptr);
        return 2;
    } catch (int) {
        void *value;
        if (edo_task_local_try_get(&key, &value) != 0)
            return 3; /* the binding is still found */
        return edo_yield();
    }
}

extern "C" int wait_in_a_catch(void *)
{
    for (int i = 0; i < 50; i++) {
        try {
            throw i;
        } catch (int outer) {
            if (edo_yield() < 0)
                return -1;
            try {
                throw outer + 1;
            } catch (int inner) {
                if (edo_yield() < 0 || inner != i + 1)
                    return -1;
            }
            if (edo_yield() < 0 || outer != i)
                return -1;
        }
    }
    return std::uncaught_exceptions() == 0 ? 0 : -1;
}

extern "C" void *exceptions_of_thread(void)
{
    return abi::__cxa_get_globals();
}
