"""Words to invent people from. Names are common ones, put together by lot; nobody in particular is meant."""

from __future__ import annotations


def _names(firsts: str, lasts: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(firsts.split()), tuple(lasts.split())


NAMES = (
    _names("Amara Chidi Ngozi Emeka Ifeoma Tunde Zainab Kofi", "Okafor Adeyemi Mensah Balogun Eze Danjuma Boateng"),
    _names("Ana Tiago Inês Rui Beatriz Duarte Mariana João", "Costa Ferreira Almeida Ramos Pinto Carvalho Moreira"),
    _names("Mei Jun Lan Hao Ying Wei Xiu Bo", "Chen Lin Huang Zhao Wu Zhou Xu"),
    _names("Priya Arjun Kavya Rohan Meera Vikram Ananya Dev", "Iyer Sharma Nair Kulkarni Reddy Menon Bose"),
    _names("Leïla Karim Yasmine Samir Nadia Omar Salma Idris", "Haddad Benali Mansour Khalil Saïdi Rahmani Nasser"),
    _names("Ingrid Lars Astrid Nils Freja Erik Signe Henrik", "Lindqvist Berg Dahl Holm Nyström Lund Ek"),
    _names("Lucía Mateo Camila Diego Valentina Andrés Sofía Pablo", "García Rojas Herrera Núñez Vargas Castillo Peña"),
    _names("Aiko Haruto Yui Ren Sakura Daichi Hina Kenji", "Tanaka Mori Kobayashi Ito Nakamura Hayashi Ono"),
    _names("Marta Piotr Katarina Jakub Eva Tomáš Irena Marek", "Nowak Novák Horvat Kowalska Dvořák Kovač Zielinska"),
    _names("Aroha Tane Moana Wiremu Grace Owen Fiona Callum", "Ngata Parata Walker Hughes Campbell Morgan Reid"),
)

# each department with the roles in it; roles are what mentees ask about
DEPARTMENTS = {
    "Research": ("research scientist", "lab manager"),
    "Data": ("data analyst", "data engineer"),
    "Engineering": ("software engineer", "site reliability engineer", "test engineer"),
    "Design": ("product designer", "user researcher"),
    "Product": ("product manager", "business analyst"),
    "Finance": ("controller", "procurement officer"),
    "People": ("recruiter", "learning partner"),
    "Communications": ("press officer", "event manager"),
    "Operations": ("logistics planner", "quality manager"),
    "Legal": ("contract lawyer", "privacy officer"),
}
POPULAR_ROLES = ("data analyst", "product manager", "product designer", "user researcher", "software engineer")

SITES = {
    "Lisbon": "Europe/Lisbon",
    "Nairobi": "Africa/Nairobi",
    "Montréal": "America/Toronto",
    "Pune": "Asia/Kolkata",
    "Osaka": "Asia/Tokyo",
    "São Paulo": "America/Sao_Paulo",
}

ORGANISATIONS = (
    *("Agency for Bridges and Roads", "Bureau of Weather", "Census Office", "Coastal Agency", "Court Service"),
    *("Department of Forests", "Department of Schools", "Food Office", "Land Registry", "Museum Service"),
    *("Pensions Office", "Port Authority", "Revenue Office", "Water Agency"),
)
PROFESSIONS = (
    *("Policy", "Operational Delivery", "Analysis", "Digital", "Project Delivery", "Finance", "Commercial"),
    *("Human Resources", "Communications", "Law", "Science", "Property"),
)
JOB_TITLES = ("Officer", "Adviser", "Team leader", "Analyst", "Delivery manager", "Head of unit", "Caseworker")
IDENTITIES = (
    *("Carer", "Parent of young children", "First in family to study", "Career changer", "Apprentice"),
    *("Part-time worker", "Remote worker", "Grew up in another country"),
)
BIOGRAPHIES = (
    "I came in through the apprenticeship scheme, moved twice since then, and like to talk about both moves.",
    "Ten years in casework; now I look after a small team that is spread over three towns and never meets.",
    "I would like to understand how other organisations plan their year, and what they stopped doing.",
)
