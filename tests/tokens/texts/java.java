package org.example.library;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Keeps track of who has borrowed which book, and until when. */
public final class LoanRegister {
    private static final int MAXIMUM_LOANS_PER_READER = 12;

    private final Map<String, List<Loan>> loansByReader = new HashMap<>();

    public record Loan(String isbn, LocalDate borrowedOn, LocalDate dueOn) {
        boolean isOverdue(LocalDate today) {
            return dueOn.isBefore(today);
        }
    }

    public synchronized Loan lend(String readerId, String isbn, LocalDate today) {
        List<Loan> loans = loansByReader.computeIfAbsent(readerId, key -> new ArrayList<>());
        if (loans.size() >= MAXIMUM_LOANS_PER_READER) {
            throw new IllegalStateException("Reader " + readerId + " has " + loans.size() + " books already");
        }
        Loan loan = new Loan(isbn, today, today.plusWeeks(4));
        loans.add(loan);
        return loan;
    }

    public synchronized Optional<Loan> giveBack(String readerId, String isbn) {
        List<Loan> loans = loansByReader.getOrDefault(readerId, List.of());
        Optional<Loan> found = loans.stream().filter(loan -> loan.isbn().equals(isbn)).findFirst();
        found.ifPresent(loans::remove);
        return found;
    }

    public synchronized Map<String, List<Loan>> overdue(LocalDate today) {
        return loansByReader.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(loan -> loan.isOverdue(today)))
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().stream()
                        .filter(loan -> loan.isOverdue(today))
                        .sorted(Comparator.comparing(Loan::dueOn))
                        .toList()));
    }
}
