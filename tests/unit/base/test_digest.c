/* Tests of base/digest: the published vectors, and every way of cutting a text into pieces. */
#include "help.h"

#include "base/digest.h"

#include <stdio.h>

/* FIPS 180-4 / NIST's examples, and the two-block message of 896 bits. */
TEST(sha256_vectors_of_nist)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "mnopqrsmnop"
         "qrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(digest_of(DIGEST_SHA256, view_of(rows[i].text)).z, rows[i].hex);
    assert_string_equal(digest_of(DIGEST_SHA256, V("\xbd")).z,
        "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
}

/* RFC 1321, appendix A.5. */
TEST(md5_vectors_of_rfc_1321)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(digest_of(DIGEST_MD5, view_of(rows[i].text)).z, rows[i].hex);
}

TEST(a_million_letters)
{
    struct digest sha, md5;
    char block[997];
    memset(block, 'a', sizeof block);
    digest_init(&sha, DIGEST_SHA256);
    digest_init(&md5, DIGEST_MD5);
    for (size_t left = 1000000; left > 0;) {
        size_t n = left < sizeof block ? left : sizeof block;
        digest_add(&sha, (struct view){block, n});
        digest_add(&md5, (struct view){block, n});
        left -= n;
    }
    assert_string_equal(
        digest_end(&sha).z, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_string_equal(digest_end(&md5).z, "7707d6ae4e027c70eea2a935c2296f21");
}

TEST(pieces_do_not_matter)
{
    struct random r;
    char text[300];
    random_init(&r, 12);
    for (size_t n = 0; n < sizeof text; n++) {
        for (size_t i = 0; i < n; i++)
            text[i] = (char)random_next(&r);
        for (int kind = DIGEST_SHA256; kind <= DIGEST_MD5; kind++) {
            struct digest d;
            struct digest_hex whole = digest_of((enum digest_kind)kind, (struct view){text, n});
            digest_init(&d, (enum digest_kind)kind);
            for (size_t at = 0; at < n;) {
                size_t piece = random_below(&r, n - at + 1);
                digest_add(&d, (struct view){text + at, piece});
                digest_add(&d, absent);
                at += piece;
            }
            struct digest_hex pieces = digest_end(&d);
            assert_string_equal(pieces.z, whole.z);
            assert_int_equal(strlen(pieces.z), kind == DIGEST_MD5 ? 32 : 64);
            digest_done(&d); /* fine after digest_end */
        }
    }
}

TEST(a_peek_is_the_end_so_far)
{
    struct digest d;
    char text[200];
    memset(text, 'p', sizeof text);
    digest_init(&d, DIGEST_SHA256);
    for (size_t n = 0; n < sizeof text; n++) {
        for (int again = 0; again < 2; again++)
            assert_string_equal(
                digest_peek(&d).z, digest_of(DIGEST_SHA256, (struct view){text, n}).z);
        digest_add(&d, (struct view){text + n, 1});
    }
    assert_string_equal(
        digest_end(&d).z, digest_of(DIGEST_SHA256, (struct view){text, sizeof text}).z);
}

TEST(an_unfinished_digest_is_freed) /* the leak checker's to see */
{
    struct digest d, zeroed = {0};
    digest_init(&d, DIGEST_SHA256);
    digest_add(&d, V("abc"));
    digest_done(&d);
    digest_done(&d);
    digest_done(&zeroed);
    assert_null(d.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_vectors_of_nist),
        cmocka_unit_test(md5_vectors_of_rfc_1321),
        cmocka_unit_test(a_million_letters),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(a_peek_is_the_end_so_far),
        cmocka_unit_test(an_unfinished_digest_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
