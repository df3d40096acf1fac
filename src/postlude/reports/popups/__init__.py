"""What popups brought: shown, held out, clicked, converted, of members and of strangers."""
