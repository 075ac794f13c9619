#include "tests/core/testing.h"

#include "player/drops.h"

static const struct {
    const char *name;
    const char *text;
    uint64_t dropped;
    uint64_t retransmits;
} cases[] = {
    {"nothing", "", 0, 0},
    {"some of each",
     "TcpExt: SyncookiesSent RcvPruned OfoPruned ListenOverflows TCPBacklogDrop TCPRcvQDrop\n"
     "TcpExt: 1 20 300 4000 50000 600000\n",
     654320, 0},
    {"an old kernel's", "TcpExt: SyncookiesSent RcvPruned\nTcpExt: 1 20\n", 20, 0},
    {"the other file",
     "Ip: Forwarding\nIp: 1\nTcp: RtoAlgorithm RetransSegs InErrs\nTcp: 1 77 2\n"
     "UdpLite: RetransSegs\nUdpLite: 3\n",
     0, 77},
    {"another group's of that name", "IpExt: RcvPruned\nIpExt: 5\n", 0, 0},
    {"a number is missing", "TcpExt: SyncookiesSent RcvPruned\nTcpExt: 1\n", 0, 0},
    {"the numbers are missing", "TcpExt: RcvPruned", 0, 0},
    {"larger than 32 bits", "TcpExt: RcvPruned\nTcpExt: 5000000000\n", UINT64_C(5000000000), 0},
};

static void test_counters(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct drops drops = {0};

        drops_add(&drops, cases[i].text);
        if (drops.dropped != cases[i].dropped || drops.retransmits != cases[i].retransmits)
            fail_msg("%s", cases[i].name);
    }
}

/* Whatever it says here, it never falls. */
static void test_this_machine(void **state)
{
    struct drops before = drops_read();
    struct drops after = drops_read();

    (void)state;
    assert_true(after.dropped >= before.dropped);
    assert_true(after.retransmits >= before.retransmits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
