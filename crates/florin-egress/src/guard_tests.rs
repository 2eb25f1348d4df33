//! The guard's tables of attacks. Addresses are written out here once more instead of being read
//! from the guard's own table, so that a row that goes missing there is found.

use super::*;

fn class(address: &str) -> Class {
    judge(address.parse().expect("an address of the test")).0
}

/// Public addresses, many of them the neighbours of a special range.
const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2606:4700::1",
    "2a00::1",
    "3fff:1000::1",
    "3ffe:ffff::1",
];

#[test]
fn public_addresses_pass_every_policy() {
    for address in PUBLIC {
        let parsed: IpAddr = address.parse().expect("an address of the test");
        assert_eq!(class(address), Class::Public, "{address}");
        assert_eq!(check_address(parsed, Policy::live()), Ok(()), "{address}");
        assert_eq!(check_address(parsed, Policy::dev()), Ok(()), "{address}");
    }
}

/// The own machine and network, with the first and last address of each range.
const PRIVATE: &[&str] = &[
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.199",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.127.127.127",
    "127.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.255.255",
    "::1",
    "fc00::",
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

#[test]
fn private_addresses_pass_only_where_the_policy_says_so() {
    for address in PRIVATE {
        let parsed: IpAddr = address.parse().expect("an address of the test");
        assert_eq!(class(address), Class::Private, "{address}");
        assert!(
            matches!(
                check_address(parsed, Policy::live()),
                Err(EgressError::Blocked(_))
            ),
            "{address}"
        );
        assert_eq!(check_address(parsed, Policy::dev()), Ok(()), "{address}");
    }
}

/// Addresses that nobody may reach through us.
const SPECIAL: &[&str] = &[
    "0.0.0.0",
    "0.0.0.1",
    "0.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.0",
    "192.0.2.255",
    "192.88.99.0",
    "192.88.99.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.0",
    "198.51.100.255",
    "203.0.113.0",
    "203.0.113.255",
    "224.0.0.0",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.254",
    "255.255.255.255",
    "::",
    "::2",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "100::",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::",
    "2001:db8:ffff:ffff::1",
    "2002::",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:ffff:ffff::1",
    "3fff::",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "8000::1",
    "fbff::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd00:42::42",
    "fe00::1",
    "fe80::",
    "fe80::1",
    "febf:ffff::1",
    "fec0::1",
    "feff::1",
    "ff00::",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

#[test]
fn special_addresses_pass_no_policy() {
    for address in SPECIAL {
        let parsed: IpAddr = address.parse().expect("an address of the test");
        assert_eq!(class(address), Class::Never, "{address}");
        for policy in [Policy::live(), Policy::dev()] {
            assert!(
                matches!(check_address(parsed, policy), Err(EgressError::Blocked(_))),
                "{address}"
            );
        }
    }
}

#[test]
fn each_row_of_the_table_decides_for_some_address() {
    // A row that a wider one above it hides would be dead; its own network address shows it.
    for (index, range) in RANGES.iter().enumerate() {
        let first = RANGES
            .iter()
            .position(|other| other.network.holds(range.network.base));
        let same_network = first.is_some_and(|at| RANGES[at].network.base == range.network.base);
        assert!(
            first == Some(index) || same_network,
            "row {index} ({}) is hidden",
            range.kind
        );
        let host_bits = match range.network.base {
            IpAddr::V4(network) => network.to_bits().trailing_zeros() + range.network.bits >= 32,
            IpAddr::V6(network) => network.to_bits().trailing_zeros() + range.network.bits >= 128,
        };
        assert!(
            host_bits,
            "row {index} ({}) has bits outside its prefix",
            range.kind
        );
    }
}

#[test]
fn urls_that_aim_inside_are_refused_live() {
    for url in [
        "https://127.0.0.1/",
        "https://127.0.0.1./",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00:ec2::254]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254./",
        "https://10.1.2.3:8443/",
        "https://0.0.0.0/",
        "https://localhost/",
        "https://localhost./",
        "https://LOCALHOST/",
        "https://x.localhost/",
        "https://intranet/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://router.home.arpa/",
        "https://home.arpa/",
        "http://shop.example/",
        "http://93.184.216.34/",
    ] {
        let verdict = check_url(url, Policy::live());
        assert!(
            matches!(verdict, Err(EgressError::Blocked(_))),
            "{url}: {verdict:?}"
        );
    }
}

#[test]
fn addresses_in_disguise_are_refused_under_every_policy() {
    for url in [
        "https://2130706433/",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://shop.example@127.0.0.1/",
        "https://127.0.0.1@shop.example/",
    ] {
        for policy in [Policy::live(), Policy::dev()] {
            let verdict = check_url(url, policy);
            assert!(
                matches!(verdict, Err(EgressError::InvalidUrl(_))),
                "{url}: {verdict:?}"
            );
        }
    }
}

#[test]
fn ordinary_urls_pass_and_development_reaches_its_own_machine() {
    for url in [
        "https://shop.example/hooks",
        "https://shop.example:8443/",
        "https://93.184.216.34/",
        "https://localhost.example/",
        "https://my.locals/x",
        "https://[2606:4700::1]/",
    ] {
        assert_eq!(check_url(url, Policy::live()), Ok(()), "{url}");
    }
    for url in [
        "http://localhost:3000/hook",
        "http://127.0.0.1:4242/",
        "http://[::1]:4242/",
        "http://shop:8080/",
        "http://192.168.1.7/",
        "http://127.0.0.1:25/",
    ] {
        assert_eq!(check_url(url, Policy::dev()), Ok(()), "{url}");
    }
    let test_mode = Policy {
        plain_http: true,
        ..Policy::live()
    };
    assert_eq!(check_url("http://shop.example/", test_mode), Ok(()));
    assert!(check_url("http://127.0.0.1/", test_mode).is_err());
}

#[test]
fn ports_of_other_services_are_refused_live() {
    for port in [
        1, 21, 22, 23, 25, 53, 110, 139, 143, 445, 465, 587, 993, 1023, 2375, 3306, 5432, 6379,
        9200, 11211, 27017,
    ] {
        let url = format!("https://shop.example:{port}/");
        assert!(
            matches!(
                check_url(&url, Policy::live()),
                Err(EgressError::Blocked(_))
            ),
            "{port}"
        );
        assert_eq!(check_url(&url, Policy::dev()), Ok(()), "{port}");
    }
    for port in [80, 443, 1024, 3000, 4242, 8080, 8443, 18443, 65535] {
        let url = format!("https://shop.example:{port}/");
        assert_eq!(check_url(&url, Policy::live()), Ok(()), "{port}");
    }
}
