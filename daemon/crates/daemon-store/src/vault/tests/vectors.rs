//! Published test vectors for the algorithms a vault stands on (S-59).

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use hkdf::Hkdf;
use sha2::Sha256;

use crate::vault::cipher::DataKey;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

struct Gcm {
    key: &'static str,
    nonce: &'static str,
    context: &'static str,
    plain: &'static str,
    sealed: &'static str,
}

/// Test cases 13 to 16 of "The Galois/Counter Mode of Operation" (`McGrew`, Viega), which NIST took over.
const GCM: [Gcm; 4] = [
    Gcm {
        key: "0000000000000000000000000000000000000000000000000000000000000000",
        nonce: "000000000000000000000000",
        context: "",
        plain: "",
        sealed: "530f8afbc74536b9a963b4f1c4cb738b",
    },
    Gcm {
        key: "0000000000000000000000000000000000000000000000000000000000000000",
        nonce: "000000000000000000000000",
        context: "",
        plain: "00000000000000000000000000000000",
        sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    },
    Gcm {
        key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        context: "",
        plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c",
    },
    Gcm {
        key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        nonce: "cafebabefacedbaddecaf888",
        context: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        sealed: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    },
];

#[test]
fn s_59_aes_256_gcm_gives_the_published_texts() {
    for (case, vector) in GCM.iter().enumerate() {
        let key = DataKey::from_slice(&hex(vector.key)).unwrap();
        let nonce = hex(vector.nonce).try_into().unwrap();
        let (context, plain, sealed) = (hex(vector.context), hex(vector.plain), hex(vector.sealed));
        assert_eq!(key.seal(&nonce, &context, &plain).unwrap(), sealed, "case {case}");
        assert_eq!(key.open(&nonce, &context, &sealed).unwrap().as_slice(), plain, "case {case}");
        // As in Wycheproof's groups of invalid tags: each bit of the tag counts, and none may be missing.
        for bit in 0..128 {
            let mut forged = sealed.clone();
            let at = forged.len() - 16 + bit / 8;
            forged[at] ^= 1 << (bit % 8);
            assert!(key.open(&nonce, &context, &forged).is_none(), "case {case}, bit {bit}");
        }
        for missing in 1..=16 {
            let short = &sealed[..sealed.len() - missing];
            assert!(key.open(&nonce, &context, short).is_none(), "case {case}, {missing} bytes short");
        }
    }
}

#[test]
fn s_59_argon2id_gives_the_tag_of_rfc_9106() {
    // RFC 9106 §5.3, which uses the secret and the associated data too.
    let parameters = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, parameters).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    assert_eq!(tag.as_slice(), hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
}

#[test]
fn s_59_hkdf_gives_the_key_of_rfc_5869() {
    // RFC 5869, appendix A.1.
    let salt: Vec<u8> = (0..=0x0c).collect();
    let label: Vec<u8> = (0xf0..=0xf9).collect();
    let mut key = [0; 42];
    Hkdf::<Sha256>::new(Some(&salt), &[0x0b; 22]).expand(&label, &mut key).unwrap();
    let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
    assert_eq!(key.as_slice(), hex(expected));
}
